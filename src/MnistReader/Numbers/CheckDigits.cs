namespace MnistReader.Numbers;

/// <summary>Numbers that say themselves whether they are right.</summary>
internal static class CheckDigits
{
    /// <summary>
    /// Lengths of account numbers that are all digits, the two check digits among them (ISO 13616, SWIFT's IBAN registry).
    /// </summary>
    private static readonly (string Country, int Digits)[] Accounts =
    [
        ("AT", 18), ("BA", 18), ("BE", 14), ("CZ", 22), ("DE", 20), ("DK", 16), ("EE", 18), ("ES", 22), ("FI", 16), ("HR", 19), ("HU", 26), ("IL", 21),
        ("IS", 24), ("LT", 18), ("ME", 20), ("NO", 13), ("PL", 26), ("PT", 23), ("RS", 20), ("SE", 22), ("SI", 17), ("SK", 22), ("TN", 22),
    ];

    /// <summary>Whether digits end with the check digit of ISO/IEC 7812-1 (Luhn).</summary>
    public static bool IsLuhn(string digits)
    {
        var sum = 0;
        foreach (var (index, digit) in digits.Reverse().Index())
        {
            var value = (digit - '0') << (index & 1);
            sum += value > 9 ? value - 9 : value;
        }

        return sum % 10 == 0;
    }

    /// <summary>Whether digits are those behind the letters of a country's account numbers: two check digits, then the account (ISO 7064, modulo 97).</summary>
    public static bool IsIban(string digits) => Array.Exists(Accounts, account => account.Digits == digits.Length
        && Modulo97($"{digits[2..]}{account.Country[0] - 'A' + 10}{account.Country[1] - 'A' + 10}{digits[..2]}") == 1);

    private static int Modulo97(string digits) => digits.Aggregate(0, (rest, digit) => (10 * rest + digit - '0') % 97);
}
