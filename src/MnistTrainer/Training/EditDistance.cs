namespace MnistTrainer.Training;

/// <summary>How far two texts are apart: letters to insert, delete or replace (Levenshtein, 1966).</summary>
internal static class EditDistance
{
    /// <summary>The number of letters; 0 where the texts are equal.</summary>
    public static int Between(string from, string to)
    {
        var row = Enumerable.Range(0, to.Length + 1).ToArray();
        for (var i = 1; i <= from.Length; i++)
        {
            var diagonal = row[0]++;
            for (var j = 1; j <= to.Length; j++)
                (diagonal, row[j]) = (row[j], Math.Min(diagonal + (from[i - 1] == to[j - 1] ? 0 : 1), 1 + Math.Min(row[j], row[j - 1])));
        }

        return row[^1];
    }

    /// <summary>The number of letters as a share of the longer text, 0 to 1; 1 where they have nothing in common.</summary>
    /// <param name="from">A text; one of the two has a letter.</param>
    /// <param name="to">Another.</param>
    public static double Share(string from, string to) => (double)Between(from, to) / Math.Max(from.Length, to.Length);
}
