using Spectre.Console;

namespace MnistTrainer.Reports;

/// <summary>What several jobs do: one table that changes on a terminal, a line a job; elsewhere their lines of epochs, each with what it is of.</summary>
/// <param name="jobs">How many.</param>
/// <param name="progress">How far they are together, as "3 of 10 done".</param>
internal sealed class JobsView(int jobs, Func<string> progress)
{
    private const string WithinEpoch = "in epoch ";

    private readonly Lock _lock = new();
    private readonly (string Part, string Line)[] _doing = [.. Enumerable.Repeat(("", ""), jobs)];
    private LiveDisplayContext? _display;

    /// <summary>Shows them until they end.</summary>
    /// <param name="wait">Returns when they have ended.</param>
    public void Show(Action wait)
    {
        if (!AnsiConsole.Profile.Capabilities.Interactive || Console.IsOutputRedirected)
        {
            wait();
            return;
        }

        AnsiConsole.Live(ToTable()).Start(display =>
        {
            _display = display;
            wait();
        });
    }

    /// <summary>A job begins a part.</summary>
    public void Begin(int job, string part) => Set(job, (part, ""));

    /// <summary>What a job says of its part.</summary>
    public void Tell(int job, string line)
    {
        Set(job, (_doing[job].Part, line));
        if (_display is null && !line.StartsWith(WithinEpoch, StringComparison.Ordinal))
            Console.WriteLine($"{_doing[job].Part}: {line}");
    }

    /// <summary>A job has ended.</summary>
    public void End(int job) => Set(job, ("", "has ended"));

    private void Set(int job, (string Part, string Line) doing)
    {
        lock (_lock)
        {
            _doing[job] = doing;
            _display?.UpdateTarget(ToTable());
        }
    }

    private Table ToTable()
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("job", "trains", progress());
        foreach (var (job, (part, line)) in _doing.Index())
            table.AddRow(new Text($"{job + 1}"), new Text(part), new Text(line));
        return table;
    }
}
