using System.Globalization;

namespace MnistTrainer.Synthesis.Pictures;

/// <summary>What people write as numbers: amounts, dates, times, decimals, and digits of all lengths.</summary>
internal static class NumberText
{
    /// <summary>Draws a number.</summary>
    /// <param name="digits">How many digits it has; dates and times, which have as many as they have, are drawn from 4 on.</param>
    /// <param name="random">Draws it.</param>
    public static string Draw(int digits, Random random)
    {
        var kind = random.Next(20);
        if (digits >= 4 && kind == 0)
        {
            return string.Create(CultureInfo.InvariantCulture,
                $"{random.Next(1, 32)}{Pick("/.-", random)}{random.Next(1, 13)}{Pick("/.-", random)}{random.Next(1950, 2040)}");
        }

        if (digits >= 3 && kind == 1)
            return string.Create(CultureInfo.InvariantCulture, $"{random.Next(24)}:{random.Next(60):00}");

        var text = string.Concat(Enumerable.Range(0, digits).Select(place =>
            place >= 2 && random.Next(3) == 0 ? '0' : (char)('0' + random.Next(place == 0 && digits > 1 ? 1 : 0, 10)))); // round amounts are frequent
        if (digits >= 4 && random.Next(2) == 0)
            text = Grouped(text, Pick(".,", random));
        if (digits >= 2 && kind is 2 or 3)
            text = text.Insert(random.Next(1, text.Length), $"{Pick(".,", random)}");
        return random.Next(12) switch
        {
            0 => text + ".-",
            1 => text + "-",
            2 => text + ".",
            3 when digits >= 2 => "-" + text,
            4 when digits >= 2 => text + Pick(".,", random) + "00",
            _ => text,
        };
    }

    private static string Grouped(string text, char separator)
    {
        for (var at = text.Length - 3; at > 0; at -= 3)
            text = text.Insert(at, $"{separator}");
        return text;
    }

    private static char Pick(string from, Random random) => from[random.Next(from.Length)];
}
