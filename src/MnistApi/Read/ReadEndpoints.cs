using Microsoft.AspNetCore.Http.HttpResults;
using MnistApi.Hosting.Errors;
using MnistApi.Model;
using MnistApi.Predict;
using MnistReader.Numbers;

namespace MnistApi.Read;

/// <summary><c>POST /read</c>: a picture of handwritten numbers → their lines, digits and separators, and where each is.</summary>
internal static class ReadEndpoints
{
    private const int MostExplained = 16; // each takes as long as dozens of answers

    /// <summary>Maps the handler.</summary>
    public static void MapRead(this IEndpointRouteBuilder routes) => routes.MapOnePicture("/read").MapPost("", Read).WithName("readNumber");

    /// <summary>Reads a handwritten number, or several in rows</summary>
    /// <remarks>
    /// Send a picture of an amount, a date or a house number, as <c>POST /predict</c> takes one: drawn, scanned or photographed, light or dark.
    /// Lined and patterned paper, frames, shadows and specks do no harm, digits may touch, and <c>written</c> has the dots, commas, dashes, slashes and colons
    /// among them. What can't be read stands as <c>?</c> in <c>text</c>, and <c>warning</c> says so. Who knows how many digits a number has, or what makes it
    /// valid, says so by <c>digits</c> or <c>pattern</c>, and gets the most probable reading that is.
    /// </remarks>
    /// <param name="picture">PNG, JPEG, WebP, GIF or BMP, told by content; or pixels.</param>
    /// <param name="recogniser">The road that every picture takes.</param>
    /// <param name="model">Answers.</param>
    /// <param name="hungUp">Ends the work.</param>
    /// <param name="explain">
    /// Add <c>explanation</c> to each line: its ink and what else it may say; and to each digit, of the first 16: how it came about, as with
    /// <c>POST /predict</c>.
    /// </param>
    /// <param name="digits">How many digits each line has, 1 to 64. Not together with <c>pattern</c>.</param>
    /// <param name="pattern">
    /// What each line must be: <c>luhn</c> (cards), <c>iban</c> (its digits), <c>date</c>, or a pattern of <c>d</c> for a digit, digits and <c>. , - / :</c>
    /// for themselves, <c>[…]</c>, <c>(…|…)</c>, <c>?</c>, <c>*</c>, <c>+</c>, <c>{n}</c> and <c>{n,m}</c>, such as <c>d{1,3}(.d{3})*,dd</c>. A pattern without
    /// separators is of the digits alone.
    /// </param>
    /// <response code="200">The lines from above, and their digits from left to right, each with its probabilities and its place.</response>
    /// <response code="400">Not an image, damaged, not the form or JSON that is expected, or a pattern that can't be read.</response>
    /// <response code="413">More bytes or more pixels than the service accepts.</response>
    /// <response code="415">A Content-Type that isn't read here.</response>
    /// <response code="422">The image is blank: there is no digit on it.</response>
    /// <response code="429">The service is at its limit. Try again after as many seconds as <c>Retry-After</c> says.</response>
    /// <response code="503">The paper has more than one level, and the service has no ink network.</response>
    private static Results<Ok<ReadResponse>, ProblemHttpResult> Read(
        Picture picture, Recogniser recogniser, LoadedModel model, CancellationToken hungUp, bool explain = false, int? digits = null, string? pattern = null)
    {
        NumberPattern? wanted;
        try
        {
            wanted = Wanted(digits, pattern);
        }
        catch (FormatException e)
        {
            return TypedResults.Problem(Problems.Of(StatusCodes.Status400BadRequest, e.Message).ProblemDetails);
        }

        if (recogniser.ReadNumber(picture, wanted, explain, out var problem, hungUp) is not { } number)
            return TypedResults.Problem(problem!);

        var explained = 0;
        return TypedResults.Ok(ReadResponse.Of(number, model.Classifier.Card,
            line => explain ? Recogniser.ExplainLine(line) : null,
            digit => explain && explained++ < MostExplained ? recogniser.ExplainDigit(digit) : null));
    }

    /// <summary>What a client says that must be valid.</summary>
    /// <param name="digits">How many digits; null for any.</param>
    /// <param name="pattern">As <see cref="NumberPattern.Parse"/> takes it; null for any.</param>
    /// <returns>Null where it says nothing.</returns>
    /// <exception cref="FormatException">It says both, or what can't be read; the message says what was wrong.</exception>
    public static NumberPattern? Wanted(int? digits, string? pattern) => (digits, pattern) switch
    {
        ({ }, { }) => throw new FormatException("Ask by 'digits' or by 'pattern', not by both: d{5} is a pattern of five digits."),
        ({ } count, _) => NumberPattern.OfDigits(count),
        (_, { } text) => NumberPattern.Parse(text),
        _ => null,
    };
}
