using MnistReader.Numbers;
using Xunit;

namespace MnistReader.Tests.Numbers;

public class NumberPatternTests
{
    [Theory]
    [InlineData("ddd", "123", true)]
    [InlineData("ddd", "12", false)]
    [InlineData("ddd", "1234", false)]
    [InlineData("ddd", "1.2,3-", true)] // no separator is named: those on the paper don't count
    [InlineData("d{3}", "123", true)]
    [InlineData("d{2,3}", "12", true)]
    [InlineData("d{2,3}", "1234", false)]
    [InlineData("d{0,2}7", "7", true)]
    [InlineData("1d*", "1", true)]
    [InlineData("1d+", "1", false)]
    [InlineData("1d?2", "12", true)]
    [InlineData("[13]d", "39", true)]
    [InlineData("[13]d", "29", false)]
    [InlineData("(12|34)5", "345", true)]
    [InlineData("(12|34)5", "325", false)]
    [InlineData("(12){2}", "1212", true)]
    [InlineData("-?d{1,3}(.d{3})*,dd", "13.254,00", true)]
    [InlineData("-?d{1,3}(.d{3})*,dd", "-7,50", true)]
    [InlineData("-?d{1,3}(.d{3})*,dd", "1325,00", false)]
    [InlineData("-?d{1,3}(.d{3})*,dd", "13.25,00", false)]
    [InlineData("dd:dd", "2359", false)]
    [InlineData("luhn", "4539578763621486", true)]
    [InlineData("luhn", "4539578763621487", false)]
    [InlineData("iban", "89370400440532013000", true)] // DE, the example of the Bundesbank
    [InlineData("iban", "89370400440532013001", false)]
    [InlineData("iban", "9386011117947", true)] // NO, the example of the registry
    [InlineData("date", "24.12.2026", true)]
    [InlineData("date", "12/24/26", true)]
    [InlineData("date", "2026-2-28", true)]
    [InlineData("date", "31.4.2026", false)]
    [InlineData("date", "29022028", true)]
    [InlineData("date", "29022027", false)]
    public void A_text_fits_or_not(string pattern, string text, bool fits) => Assert.Equal(fits, NumberPattern.Parse(pattern).Matches(text));

    [Theory]
    [InlineData("d{3", "can't be read at character 2: a count is {n} or {n,m}, of 1 to 64 times at most.")]
    [InlineData("d{0}", "a count is {n} or {n,m}")]
    [InlineData("d{65}", "a count is {n} or {n,m}")]
    [InlineData("d{3,2}", "a count is {n} or {n,m}")]
    [InlineData("(dd", "a ( has no )")]
    [InlineData("(){64}", "a ( has no ), or nothing is within")]
    [InlineData("dd)", "')' has no place there")]
    [InlineData("[12", "a [ has no ]")]
    [InlineData("[]", "nothing is within")]
    [InlineData("x", "'x' is neither d, a digit, nor one of . , - / :")]
    [InlineData("*", "'*' is neither d")]
    [InlineData("d{40}d{40}", "it has more than 64 characters")]
    [InlineData("((((((d{64}){64}){64}){64}){64}){64})", "it has more than 64 characters")]
    public void A_pattern_that_cant_be_read_says_where_and_why(string pattern, string why)
    {
        var fault = Assert.Throws<FormatException>(() => NumberPattern.Parse(pattern));

        Assert.StartsWith($"The pattern '{pattern}' can't be read at character ", fault.Message, StringComparison.Ordinal);
        Assert.Contains(why, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_pattern_of_any_length_is_not_taken() => Assert.Equal("The pattern has 201 characters, of 200 at most.",
        Assert.Throws<FormatException>(() => NumberPattern.Parse(new string('d', 201))).Message);
}
