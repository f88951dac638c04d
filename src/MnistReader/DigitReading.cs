using MnistReader.Framing;
using MnistReader.Imaging;
using MnistReader.Inference;
using MnistReader.Ink;

namespace MnistReader;

/// <summary>What was read as one digit.</summary>
/// <param name="Image">As the network saw it.</param>
/// <param name="Prediction">All that the network answered, also where it rejects.</param>
/// <example><code>
/// using var reader = DigitReader.CreateDefault();
/// if (reader.Read(File.ReadAllBytes("one-or-seven.png")) is { Digit: not null } reading)
///     Console.WriteLine(string.Join(" or ", reading.Candidates)); // 1 or 7
/// </code></example>
public sealed record DigitReading(DigitImage Image, Prediction Prediction)
{
    /// <summary>The answer, 0 to 9; null where the model rejects it.</summary>
    public int? Digit => Prediction.IsDigit ? Prediction.Digit : null;

    /// <summary>What it may be, most probable first: <see cref="Prediction.Candidates"/>; empty where the model rejects it.</summary>
    public IReadOnlyList<int> Candidates => Prediction.IsDigit ? Prediction.Candidates : [];

    /// <summary>Where it is in the picture.</summary>
    public PixelBox Box { get; init; } = new(0, 0, DigitImage.Side, DigitImage.Side);

    /// <summary>How many digits seem to stand side by side on what was read as one; at least 1.</summary>
    public int DigitsSeen { get; init; } = 1;

    /// <summary>The ink that was framed, where it was to be kept.</summary>
    internal InkImage? Ink { get; init; }
}
