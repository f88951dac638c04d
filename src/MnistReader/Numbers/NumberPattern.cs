using System.Globalization;
using MnistReader.Inference;

namespace MnistReader.Numbers;

/// <summary>
/// What a written number must be to be valid: a small language, or a name. A reading that fits is looked for among all that the writing may say.
/// </summary>
/// <remarks>
/// <para><c>d</c> is any digit; a digit and each of <c>. , - / :</c> is itself; <c>[…]</c> is one of those within; <c>(…|…)</c> one way or the other; behind
/// each may stand <c>?</c>, <c>*</c>, <c>+</c>, <c>{n}</c> or <c>{n,m}</c>. So <c>d{1,3}(.d{3})*,dd</c> is an amount such as 13.254,00. Where a pattern names
/// no separator, those on the paper don't count.</para>
/// <para><c>luhn</c>: digits with the check digit of cards (ISO/IEC 7812-1). <c>iban</c>: the digits of an account number behind its country's letters (ISO
/// 13616), of countries whose numbers are all digits. <c>date</c>: a day of the calendar, as <c>24.12.2026</c>, <c>12/24/26</c>, <c>2026-12-24</c> or
/// <c>24122026</c>.</para>
/// </remarks>
/// <example><code>
/// var pattern = NumberPattern.Parse("dd/dd/dddd");
/// Console.WriteLine(pattern.Matches("24/12/2026")); // True
/// </code></example>
public sealed class NumberPattern
{
    /// <summary>Characters that a pattern has room for, each repeat counted as often as it may be repeated.</summary>
    public const int MostPositions = 64;

    /// <summary>Of the text of a pattern.</summary>
    public const int MostLength = 200;

    private readonly List<ushort> _accepted = []; // of each position, the characters as bits in the order of the alphabet
    private readonly List<ulong> _follow = []; // of each position, those that may come next
    private readonly Part _whole;
    private readonly bool _hasSeparators;
    private readonly string _text;
    private readonly Func<string, bool> _isValid;
    private int _at;

    private NumberPattern(string text, Func<string, bool> isValid)
    {
        (_text, _isValid) = (text, isValid);
        _whole = Alternatives();
        if (_at < text.Length)
            throw Fault($"'{text[_at]}' has no place there");

        _hasSeparators = _accepted.Exists(characters => characters >> DigitClassifier.Digits != 0);
    }

    /// <summary>Before the first character.</summary>
    internal State Start => new(_whole.First, _whole.IsOptional);

    /// <summary>Parses a pattern.</summary>
    /// <param name="text">In the language, or <c>luhn</c>, <c>iban</c>, <c>date</c>.</param>
    /// <exception cref="FormatException">
    /// It is no pattern, is longer than 200 characters, or has more than 64 positions; the message says where and why.
    /// </exception>
    public static NumberPattern Parse(string text) => text switch
    {
        "luhn" => new NumberPattern("dd+", CheckDigits.IsLuhn),
        "iban" => new NumberPattern("d{13,26}", CheckDigits.IsIban),
        "date" => new NumberPattern("(d?d[./-]d?d[./-](dd)?dd|dddd[./-]d?d[./-]d?d|d{8})", IsDate),
        { Length: > MostLength } => throw new FormatException($"The pattern has {text.Length} characters, of {MostLength} at most."),
        _ => new NumberPattern(text, _ => true),
    };

    /// <summary>Any number of so many digits.</summary>
    /// <param name="digits">1 to 64.</param>
    /// <exception cref="FormatException">Fewer or more.</exception>
    public static NumberPattern OfDigits(int digits) => Parse(string.Create(CultureInfo.InvariantCulture, $"d{{{digits}}}"));

    /// <summary>Whether a text is valid.</summary>
    /// <param name="text">Digits and separators.</param>
    public bool Matches(string text)
    {
        var state = Start;
        return text.All(character => NumberAlphabet.Characters.Contains(character) && TryAdd(character, ref state)) && Fits(text, state);
    }

    /// <summary>Goes on by a character, if it may stand there.</summary>
    /// <param name="character">A digit or a separator.</param>
    /// <param name="state">Before it; behind it.</param>
    /// <returns>Whether a number may go on like that.</returns>
    internal bool TryAdd(char character, ref State state)
    {
        if (!_hasSeparators && !char.IsAsciiDigit(character))
            return true;

        var (next, accepts, bit) = (0UL, false, 1 << NumberAlphabet.Characters.IndexOf(character, StringComparison.Ordinal));
        for (var position = 0; position < _accepted.Count; position++)
        {
            if ((state.Next >> position & 1) == 0 || (_accepted[position] & bit) == 0)
                continue;

            next |= _follow[position];
            accepts |= (_whole.Last >> position & 1) == 1;
        }

        state = new State(next, accepts);
        return accepts || next != 0;
    }

    /// <summary>Whether a text is valid that has come to a state.</summary>
    internal bool Fits(string text, State state) =>
        state.IsEnd && _isValid(_hasSeparators ? text : string.Concat(text.Where(char.IsAsciiDigit)));

    private static bool IsDate(string text)
    {
        string[] formats = ["d.M.yyyy", "M.d.yyyy", "yyyy.M.d", "d.M.yy", "M.d.yy", "ddMMyyyy", "MMddyyyy", "yyyyMMdd"];
        return DateOnly.TryParseExact(text.Replace('/', '.').Replace('-', '.'), formats, CultureInfo.InvariantCulture, DateTimeStyles.None, out _);
    }

    private Part Alternatives()
    {
        var all = Sequence();
        while (_at < _text.Length && _text[_at] == '|')
        {
            _at++;
            var other = Sequence();
            all = new Part(all.First | other.First, all.Last | other.Last, all.IsOptional || other.IsOptional);
        }

        return all;
    }

    private Part Sequence()
    {
        var all = Part.Nothing;
        while (_at < _text.Length && _text[_at] is not ('|' or ')'))
            all = Then(all, Repeated());
        return all;
    }

    private Part Repeated()
    {
        var from = _at;
        var part = Single();
        if (_at == _text.Length || !"?*+{".Contains(_text[_at]))
            return part;

        var (least, most) = _text[_at++] switch
        {
            '?' => (0, 1),
            '*' => (0, int.MaxValue),
            '+' => (1, int.MaxValue),
            _ => Count(),
        };
        var end = _at;
        if (most == int.MaxValue)
        {
            Follow(part.Last, part.First);
            return part with { IsOptional = part.IsOptional || least == 0 };
        }

        // each further time has positions of its own
        for (var time = 2; time <= most; time++)
        {
            _at = from;
            var again = Single();
            part = Then(part, time > least ? again with { IsOptional = true } : again);
        }

        _at = end;
        return least == 0 ? part with { IsOptional = true } : part;
    }

    private (int Least, int Most) Count()
    {
        var end = _text.IndexOf('}', _at);
        int[] counts = end < 0 ? [] : Array.ConvertAll(_text[_at..end].Split(','), part =>
            int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : -1);
        if (counts is not [>= 0] and not [>= 0, >= 0] || counts[^1] < Math.Max(1, counts[0]) || counts[^1] > MostPositions)
            throw Fault($"a count is {{n}} or {{n,m}}, of 1 to {MostPositions} times at most");

        _at = end + 1;
        return (counts[0], counts[^1]);
    }

    private Part Single()
    {
        var symbol = _text[_at++];
        switch (symbol)
        {
            case 'd':
                return Position((1 << DigitClassifier.Digits) - 1);
            case '(':
                var before = _accepted.Count;
                var part = Alternatives();
                if (_at == _text.Length || before == _accepted.Count)
                    throw Fault("a ( has no ), or nothing is within");

                _at++;
                return part;
            case '[':
                var characters = 0;
                for (; _at < _text.Length && _text[_at] != ']'; _at++)
                    characters |= Bit(_text[_at]);
                if (_at++ == _text.Length || characters == 0)
                    throw Fault("a [ has no ], or nothing is within");

                return Position(characters);
            default:
                return Position(Bit(symbol));
        }
    }

    private int Bit(char symbol)
    {
        if (NumberAlphabet.Characters.IndexOf(symbol, StringComparison.Ordinal) is var index && index < 0)
            throw Fault($"'{symbol}' is neither d, a digit, nor one of {string.Join(' ', NumberAlphabet.Separators.AsEnumerable())}");
        return 1 << index;
    }

    private Part Position(int characters)
    {
        if (_accepted.Count == MostPositions)
            throw Fault($"it has more than {MostPositions} characters");

        _accepted.Add((ushort)characters);
        _follow.Add(0);
        var bit = 1UL << (_accepted.Count - 1);
        return new Part(bit, bit, false);
    }

    private Part Then(Part one, Part other)
    {
        Follow(one.Last, other.First);
        return new Part(one.First | (one.IsOptional ? other.First : 0), other.Last | (other.IsOptional ? one.Last : 0), one.IsOptional && other.IsOptional);
    }

    private void Follow(ulong last, ulong first)
    {
        for (var position = 0; position < _follow.Count; position++)
            _follow[position] |= (last >> position & 1) == 1 ? first : 0;
    }

    private FormatException Fault(string why) => new($"The pattern '{_text}' can't be read at character {Math.Min(_at, _text.Length)}: {why}.");

    /// <summary>How far a text has come.</summary>
    /// <param name="Next">The positions that may come next, as bits.</param>
    /// <param name="IsEnd">Whether it may end here.</param>
    internal readonly record struct State(ulong Next, bool IsEnd);

    // the automaton of Glushkov (1961): positions that a part begins and ends with, and whether it may be left out
    private readonly record struct Part(ulong First, ulong Last, bool IsOptional)
    {
        public static Part Nothing => new(0, 0, true);
    }
}
