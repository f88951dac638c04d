using System.CommandLine;
using System.Runtime.InteropServices;
using MnistReader.Imaging;
using MnistTrainer.Commands;

using var stop = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var termination = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);

var root = new RootCommand("Trains, evaluates and tries networks that read handwritten digits.")
{
    TrainCommand.Create(stop.Token),
    CrossValidateCommand.Create(stop.Token),
    CompareCommand.Create(stop.Token),
    LearningCurveCommand.Create(stop.Token),
    SearchCommand.Create(stop.Token),
    LearningRateCommand.Create(stop.Token),
    RunsCommand.Create(),
    EvaluateCommand.Create(stop.Token),
    PredictCommand.Create(stop.Token),
    StrokesCommand.Create(stop.Token),
    DownloadCommand.Create(stop.Token),
    SignCommand.Create(),
};

var command = root.Parse(args);
if (command.Errors.Count > 0)
    return Fail(2, CommandLineErrors.Explain(command));

try
{
    return command.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
}
catch (OperationCanceledException)
{
    var keeps = command.CommandResult.Command.Name is not ("predict" or "evaluate");
    return Fail(130, keeps ? $"Stopped. What was finished is kept; go on with: {CommandLineErrors.CommandLine(args)}" : "Stopped.");
}
catch (Exception e)
    when (e is IOException or InvalidDataException or ImageException or ArgumentException or UnauthorizedAccessException or DllNotFoundException)
{
    return Fail(1, e.Message);
}

void Stop(PosixSignalContext signal)
{
    signal.Cancel = !stop.IsCancellationRequested; // the second time, the process ends at once
    stop.Cancel();
}

static int Fail(int code, string message)
{
    Console.Error.WriteLine(message);
    return code;
}
