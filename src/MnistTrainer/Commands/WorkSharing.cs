using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using MnistTrainer.Reports;
using MnistTrainer.Storage;

namespace MnistTrainer.Commands;

/// <summary>
/// How the parts of a command's work are divided: among processes of this machine (<c>--jobs</c>), and among machines that share a folder (<c>--shard</c>).
/// Each job is this program with the same command line. It tells the first process what it does by lines on its output, and ends when its input ends.
/// </summary>
internal sealed class WorkSharing
{
    private const string Begins = "begins ";
    private const long BytesOfJob = 2_000_000_000; // of memory, at the most of what ships

    public WorkSharing()
    {
        Jobs.Takes("1 to 1,024", jobs => jobs is null or (>= 1 and <= 1_024));
        Shard.Validators.Add(result =>
        {
            if (ParseShard(result.GetValueOrDefault<string?>()) is null)
                result.AddError("--shard takes the number of a share and how many there are, 0/4 to 3/4.");
        });
    }

    public Option<int?> Jobs { get; } = new("--jobs")
    {
        Description = "Processes that train at once; the results are the same, times in seconds are of a busy machine. " +
            "[default: as many as there are processors and memory for]",
        HelpName = "N",
    };

    public Option<string?> Shard { get; } = new("--shard")
    {
        Description = "Do only the I-th of N shares, I from 0, so that N machines with a shared --output divide the work; who ends last prints the table.",
        HelpName = "I/N",
    };

    public Option<bool> AsJob { get; } = new("--as-job") { Hidden = true };

    /// <summary>Sees that work is done.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="threads">Of each job.</param>
    /// <param name="parts">All of it.</param>
    /// <param name="cancellation">Stops.</param>
    /// <returns>Whether it is for this process to show the results: all are there.</returns>
    /// <exception cref="OperationCanceledException">Stopped.</exception>
    /// <exception cref="InvalidDataException">A job failed; the message is its own.</exception>
    public bool Do(ParseResult parsed, int threads, IReadOnlyList<WorkPart> parts, CancellationToken cancellation)
    {
        var (index, count) = Share(parsed);
        List<WorkPart> mine = [.. parts.Where((_, place) => place % count == index)];
        if (!Do(parsed, threads, () => [.. mine.Where(part => !part.IsDone)], () => $"{mine.Count(part => part.IsDone)} of {mine.Count} done", cancellation))
            return false;

        var left = parts.Count(part => !part.IsDone);
        if (left > 0)
            Console.WriteLine($"Share {index}/{count} is done; {left} of {parts.Count} results are still to come. Who ends last prints the table.");
        return left == 0;
    }

    /// <summary>Sees that work is done whose parts depend on the results so far.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="threads">Of each job.</param>
    /// <param name="left">Gives the parts of this share that aren't done.</param>
    /// <param name="progress">How far it is, for people.</param>
    /// <param name="cancellation">Stops.</param>
    /// <returns>Whether this is the first process, not a job.</returns>
    /// <exception cref="OperationCanceledException">Stopped.</exception>
    /// <exception cref="InvalidDataException">A job failed; the message is its own.</exception>
    public bool Do(ParseResult parsed, int threads, Func<IReadOnlyList<WorkPart>> left, Func<string> progress, CancellationToken cancellation)
    {
        if (parsed.GetValue(AsJob))
        {
            TrainingView.Interval = TimeSpan.FromSeconds(1);
            SharedWork.Do(left, part => Console.WriteLine(Begins + part.Title), cancellation);
            return false;
        }

        var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        var jobs = Math.Min(left().Count,
            parsed.GetValue(Jobs) ?? (int)Math.Max(1, Math.Min(Environment.ProcessorCount / threads, memory / BytesOfJob)));
        if (jobs > 1)
            Run(jobs, progress, cancellation);
        SharedWork.Do(left, part => Console.WriteLine(part.Title), cancellation);
        return true;
    }

    /// <summary>Which share of the work is this machine's, from 0, and how many there are.</summary>
    public (int Index, int Count) Share(ParseResult parsed) => ParseShard(parsed.GetValue(Shard)) ?? (0, 1);

    /// <summary>A job stops when its first process ends, however that ends.</summary>
    public CancellationToken OrOrphaned(ParseResult parsed, CancellationToken cancellation)
    {
        if (!parsed.GetValue(AsJob))
            return cancellation;

        var orphaned = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        new Thread(() =>
        {
            Console.In.ReadToEnd();
            orphaned.Cancel();
        }) { IsBackground = true }.Start();
        return orphaned.Token;
    }

    private static (int Index, int Count)? ParseShard(string? text) => text?.Split('/') is [var index, var count]
        && int.TryParse(index, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        && int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var of) && number < of
            ? (number, of)
            : null;

    private void Run(int jobs, Func<string> progress, CancellationToken cancellation)
    {
        var view = new JobsView(jobs, progress);
        string? fault = null;
        var processes = Enumerable.Range(0, jobs).Select(_ => Start()).ToList();
        using var stopping = cancellation.Register(() => processes.ForEach(process => process.StandardInput.Close()));
        try
        {
            view.Show(() => Task.WaitAll([.. processes.Select((process, job) => Task.Run(() => Follow(process, job)))], CancellationToken.None));
            cancellation.ThrowIfCancellationRequested();
            if (fault is not null)
                throw new InvalidDataException(fault);
        }
        finally
        {
            processes.ForEach(process => process.Dispose());
        }

        void Follow(Process process, int job)
        {
            var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
            while (process.StandardOutput.ReadLine() is { } line)
            {
                if (line.StartsWith(Begins, StringComparison.Ordinal))
                    view.Begin(job, line[Begins.Length..]);
                else
                    view.Tell(job, line);
            }

            process.WaitForExit();
            view.End(job);
            if (process.ExitCode == 0)
                return;

            Interlocked.CompareExchange(ref fault, errors.Result.Trim() is { Length: > 0 } message ? message : $"A job ended with {process.ExitCode}.", null);
            processes.ForEach(other => other.StandardInput.Close()); // the others stop, too
        }
    }

    private Process Start()
    {
        var program = Environment.ProcessPath!;
        var start = new ProcessStartInfo(program) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        if (Path.GetFileNameWithoutExtension(program) == "dotnet")
            start.ArgumentList.Add(typeof(WorkSharing).Assembly.Location);
        foreach (var word in Environment.GetCommandLineArgs().Skip(1).Append(AsJob.Name))
            start.ArgumentList.Add(word);
        return Process.Start(start)!;
    }
}
