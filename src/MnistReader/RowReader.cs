using MnistReader.Framing;
using MnistReader.Imaging;
using MnistReader.Inference;
using MnistReader.Ink;
using MnistReader.Numbers;
using MnistReader.Segmentation;

namespace MnistReader;

/// <summary>
/// Reads rows of digits. On clean paper the classifier reads what stands alone, and the number network what the classifier rejects and what separates digits.
/// Elsewhere a row is read in several ways, by the classifier digit by digit and by the number network at several margins; the answer is the most probable
/// text in the mean.
/// </summary>
/// <param name="classifier">Knows digits that stand alone.</param>
/// <param name="network">Knows lines; null for none.</param>
internal sealed class RowReader(DigitClassifier classifier, NumberNetwork? network)
{
    /// <summary>A digit of a line whose probability is below this isn't read.</summary>
    private const double LeastOfLine = 0.5;

    /// <summary>The same of digits that touch and have nothing else beside them, which letters look like.</summary>
    private const double LeastAlone = 0.8;

    /// <summary>Width of a piece of ink, in heights, that no letter has.</summary>
    private const double WiderThanLetters = 1.5;

    /// <summary>Of what fits a pattern, the share of the probability of what is most probable without it.</summary>
    private const double LeastPlausible = 0.01;

    /// <summary>Rows, and pieces of a clean row, that the number network reads at most: a bound on the work.</summary>
    private const int MostReads = 32;

    /// <summary>Texts beside the answer, at most.</summary>
    private const int MostAlternatives = 5;

    /// <summary>Weight of the classifier's way against all of the number network's together; chosen on generated lines of held-back writers.</summary>
    private const double OfClassifier = 0.15;

    /// <summary>
    /// Paper around the ink of a line, as shares of its height, each a way to read it; chosen there, too. Wide ones hold a digit at the end that the ink
    /// network has missed.
    /// </summary>
    private static readonly (double Beside, double Above)[] Margins = [(0.05, 0.05), (0.3, 0.3), (1, 0.15)];

    /// <summary>Reads all rows.</summary>
    /// <param name="sheet">What is written on, and its ink.</param>
    /// <param name="writing">The digits on it.</param>
    /// <param name="isClean">Whether nothing but writing is on the paper, and the paper has one level.</param>
    /// <param name="pattern">What each row must be; null for anything.</param>
    /// <param name="stageDone">Told when each stage is over.</param>
    /// <returns>Null where the plane is blank.</returns>
    public NumberReading? Read(WrittenSheet sheet, DigitSegmentation writing, bool isClean, NumberPattern? pattern, Action<ReadingStage>? stageDone)
    {
        var framed = new List<(DigitImage Image, int Index, InkImage? Ink)>();
        for (var index = 0; index < writing.Digits; index++)
        {
            if (writing.Cut(index) is not { } ink)
                continue;
            if (DigitFraming.Frame(ink) is { } image)
                framed.Add((image, index, sheet.Kept(ink)));
            else
                ink.Dispose();
        }

        stageDone?.Invoke(ReadingStage.Frame);
        if (framed.Count == 0)
            return null;

        var pieces = framed.Zip(classifier.Classify(framed.ConvertAll(piece => piece.Image)), (piece, prediction) => (
            Digit: new DigitReading(piece.Image, prediction) { Box = writing.Box(piece.Index), Ink = piece.Ink },
            OnPlane: writing.BoxOnPlane(piece.Index))).ToList();
        var rows = WritingRows.Of(pieces.ConvertAll(piece => piece.OnPlane)).ConvertAll(row => new Row(
            row.ConvertAll(piece => pieces[piece].Digit), row.ConvertAll(piece => pieces[piece].OnPlane), []));
        foreach (var mark in writing.Marks) // of the row that is nearest
            rows.MinBy(row => row.Digits.Min(digit => Math.Abs(digit.Box.Y + digit.Box.Height / 2 - mark.Y - mark.Height / 2)))!.Marks.Add(mark);
        var all = rows.Count == 1 ? sheet.Plane.BoundingBox() : null; // one row has all the ink, of several each has its digits
        var lines = rows.Select((row, index) =>
        {
            var box = all ?? row.Boxes.Aggregate((one, other) => one.With(other));
            var line = network is null || index >= MostReads || (isClean && pattern is null)
                ? OnCleanPaper(sheet, row, box)
                : Mixed(sheet, row, box, isClean, pattern);
            return line is null ? null : line with { Box = sheet.InPicture(box), Ink = sheet.Kept(() => sheet.Plane.Cut(box)) };
        }).OfType<NumberLine>().ToList();
        stageDone?.Invoke(ReadingStage.Infer);
        return lines.Count == 0 ? null : new NumberReading(lines, sheet.Plane.PictureWidth, sheet.Plane.PictureHeight);
    }

    /// <summary>Reads a digit alone that is framed already.</summary>
    /// <param name="digit">Classified.</param>
    /// <param name="pattern">What the row must be; null for anything.</param>
    public static NumberLine OfOne(DigitReading digit, NumberPattern? pattern)
    {
        var line = Line([digit], []) with { Box = digit.Box };
        return pattern is null ? line : line with { IsValid = pattern.Matches(line.Text) };
    }

    /// <summary>
    /// Digits that stand alone are the classifier's; what it rejects is digits that touch, or none; marks are separators, if the network says which.
    /// </summary>
    private NumberLine OnCleanPaper(WrittenSheet sheet, Row row, PixelBox box)
    {
        if (network is null || (row.Marks.Count == 0 && row.Digits.TrueForAll(digit => digit.Digit is not null)))
            return Line(row.Digits, row.Marks);

        var reads = 0;
        List<DigitReading> digits = [.. row.Digits.Zip(row.Boxes, (digit, onPlane) =>
            digit.Digit is null && reads++ < MostReads ? Touching(sheet, onPlane, isAlone: row.Digits.Count == 1) ?? [digit] : [digit])
                .SelectMany(parts => parts)];
        if (row.Marks.Count == 0 || digits.Count > NumberPattern.MostPositions / 2 - 1 || digits.Exists(digit => digit.Digit is null))
            return Line(digits, row.Marks);

        const string separator = "[.,/:-]?";
        var known = NumberPattern.Parse(separator + string.Concat(digits.Select(digit => $"{digit.Digit}{separator}")));
        var written = NumberDecoder.Decode([.. Ways(sheet, box, 1)], known).FirstOrDefault()?.Written;
        return written is null || written.Length == digits.Count ? Line(digits, row.Marks) : Line(digits, []) with { Written = written };
    }

    /// <summary>Digits that touch; null where a piece of ink isn't surely several.</summary>
    private List<DigitReading>? Touching(WrittenSheet sheet, PixelBox piece, bool isAlone)
    {
        var least = isAlone && piece.Width < WiderThanLetters * piece.Height ? LeastAlone : LeastOfLine;
        var ways = Ways(sheet, piece, 1).ToList();
        var texts = NumberDecoder.Decode(ways);
        return texts[0].Digits.Length > 1 && Digits(sheet, texts[0], texts, ways, piece, alone: null) is var digits
            && digits.TrueForAll(digit => digit.Prediction.Confidence >= least) ? digits : null;
    }

    /// <summary>The most probable text of all ways to read a row; null where nothing is written there.</summary>
    private NumberLine? Mixed(WrittenSheet sheet, Row row, PixelBox box, bool isClean, NumberPattern? pattern)
    {
        var areDigits = row.Digits.TrueForAll(digit => digit.Digit is not null);
        var isClear = isClean && areDigits && row.Marks.Count == 0;
        var ofClassifier = isClear ? 1 : areDigits ? OfClassifier : 0;
        List<(LineReading Reading, double Weight)> ways = [(LineReading.Of(row.Digits.Select(digit => digit.Prediction)), ofClassifier)];
        if (!isClear)
            ways.AddRange(Ways(sheet, box, 1 - ofClassifier));
        var texts = NumberDecoder.Decode(ways);
        var valid = pattern is null ? null : NumberDecoder.Decode(ways, pattern).FirstOrDefault();
        var isValid = valid is not null && valid.Probability >= LeastPlausible * texts[0].Probability;
        var text = isValid ? valid! : texts[0];
        if (text.Digits.Length == 0)
            return null;

        texts = [text, .. texts.Where(other => other.Digits != text.Digits)];
        var digits = Digits(sheet, text, texts, ways, box, row.Digits);
        var next = 0;
        return new NumberLine(digits, [])
        {
            Written = string.Concat(text.Written.Select(character =>
                char.IsAsciiDigit(character) && digits[next++].Digit is null ? NumberReading.Unread : character)),
            Confidence = text.Probability,
            Alternatives = [.. texts.Skip(1).Take(MostAlternatives).Select(other => new NumberAlternative(other.Written, other.Probability))],
            IsValid = pattern is null ? null : isValid,
        };
    }

    private IEnumerable<(LineReading Reading, double Weight)> Ways(WrittenSheet sheet, PixelBox ink, double weight) =>
        Margins.Select(margin => (network!.Read(sheet.Gray, sheet.Around(ink, margin.Beside, margin.Above)), weight / Margins.Length));

    /// <summary>The digits of a text, with their places from the way that is surest of them.</summary>
    private List<DigitReading> Digits(
        WrittenSheet sheet, LineText text, List<LineText> texts, List<(LineReading Reading, double Weight)> ways, PixelBox row, List<DigitReading>? alone)
    {
        var classes = NumberAlphabet.ClassesOf(text.Digits);
        var surest = ways.MaxBy(way => way.Weight * Ctc.Probability(way.Reading.DigitSteps, classes)).Reading;
        var predictions = NumberDecoder.Marginals(text.Digits, texts).Select((marginal, place) =>
            Predict(marginal.Probabilities, marginal.IfAsLong, text.Digits[place] - '0'));
        return surest.StepWidth == 0 && alone?.Count == text.Digits.Length
            ? [.. alone.Zip(predictions, (digit, prediction) => digit with { Prediction = prediction })]
            : [.. (surest.StepWidth == 0 ? ways[^1].Reading : surest).Locate(classes).Zip(predictions, (place, prediction) =>
                sheet.Cut(place.From, place.To, row, prediction))];
    }

    // whether it is read, and what else it may be, is a matter of the digit alone; how sure that is, of its place, too
    private Prediction Predict(float[] probabilities, float[] ifAsLong, int digit)
    {
        var prediction = Prediction.From(ifAsLong, ifAsLong[digit], LeastOfLine, classifier.Card.CandidateThreshold ?? 1);
        return prediction with
        {
            Digit = digit,
            Confidence = probabilities[digit],
            Probabilities = probabilities,
            Candidates = [digit, .. prediction.Candidates.Where(other => other != digit && ifAsLong[other] >= classifier.Card.CandidateThreshold)],
        };
    }

    private static NumberLine Line(List<DigitReading> digits, List<PixelBox> marks) => new(digits, marks)
    {
        Confidence = digits.Aggregate(1.0, (all, digit) => all * digit.Prediction.DigitProbability * digit.Prediction.Confidence),
    };

    private sealed record Row(List<DigitReading> Digits, List<PixelBox> Boxes, List<PixelBox> Marks);
}
