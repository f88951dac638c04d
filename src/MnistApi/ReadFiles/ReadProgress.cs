using System.Diagnostics;
using System.Globalization;

namespace MnistApi.ReadFiles;

/// <summary>Says on standard error how far the reading of many files is: in one line on a terminal, else in a line a minute.</summary>
/// <param name="total">Files to read.</param>
internal sealed class ReadProgress(int total)
{
    private readonly long _start = Stopwatch.GetTimestamp();
    private readonly bool _isTerminal = !Console.IsErrorRedirected;
    private long _shown = Stopwatch.GetTimestamp();
    private bool _isLineOpen;
    private int _read;
    private int _faults;

    /// <summary>Counts one more.</summary>
    /// <param name="answer">Of it.</param>
    public void Count(FileAnswer answer)
    {
        _read++;
        _faults += answer.Error is null ? 0 : 1;
        if (Stopwatch.GetElapsedTime(_shown).TotalSeconds < (_isTerminal ? 0.2 : 60))
            return;

        _shown = Stopwatch.GetTimestamp();
        var (rate, left) = (Rate, TimeSpan.FromSeconds((total - _read) / Rate));
        Show(string.Create(CultureInfo.InvariantCulture,
            $"{_read:N0} of {total:N0} ({(double)_read / total:P0}), {rate:N0} a second, {InWords(left)} to go{Faults}"));
        _isLineOpen = _isTerminal;
    }

    /// <summary>Says how it ended, where there were several.</summary>
    /// <param name="kept">Files of which there were answers before.</param>
    public void End(int kept)
    {
        if (total + kept > 1)
        {
            Show(string.Create(CultureInfo.InvariantCulture,
                $"{_read:N0} file{(_read == 1 ? "" : "s")} in {InWords(Stopwatch.GetElapsedTime(_start))}, {Rate:N0} a second{Faults}" +
                $"{(kept > 0 ? $"; {kept:N0} were read before" : "")}.\n"));
        }
    }

    private double Rate => _read / Stopwatch.GetElapsedTime(_start).TotalSeconds;

    private string Faults => _faults == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"; {_faults:N0} can't be read");

    private void Show(string line)
    {
        if (_isLineOpen)
            line = $"\r{line}\e[K"; // over the last one
        Console.Error.Write(_isTerminal ? line : $"{line.TrimEnd('\n')}\n");
        _isLineOpen = false;
    }

    private static string InWords(TimeSpan time) => time switch
    {
        { TotalHours: >= 1 } => string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours} h {time.Minutes} min"),
        { TotalMinutes: >= 1 } => string.Create(CultureInfo.InvariantCulture, $"{time.Minutes} min {time.Seconds} s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:F1} s"),
    };
}
