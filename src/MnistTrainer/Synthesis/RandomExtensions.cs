namespace MnistTrainer.Synthesis;

/// <summary>Draws that all generators make.</summary>
internal static class RandomExtensions
{
    /// <summary>Uniform in [<paramref name="from"/>, <paramref name="to"/>).</summary>
    public static float Between(this Random random, float from, float to) => from + (to - from) * random.NextSingle();
}
