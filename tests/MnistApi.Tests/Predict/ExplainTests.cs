using System.Text.Json;
using MnistReader.Explanation;
using MnistReader.Framing;
using MnistReader.Inference;
using MnistReader.Ink;
using SkiaSharp;
using Xunit;

namespace MnistApi.Tests.Predict;

public class ExplainTests(Api api)
{
    private const string Prefix = "data:image/png;base64,";

    // where the 9 is closed and a 4 is open
    private const string NineThatCouldBeAFour = "M90 50L85 130L190 130M190 45L190 240M95 52L185 52";

    [Fact]
    public async Task Nothing_is_explained_unless_it_is_asked_for()
    {
        Assert.False((await api.Predict(Api.Form(Drawing.Of(3)))).TryGetProperty("explanation", out _));
        Assert.False((await api.Predict(Api.Form(Drawing.Of(3)), "?explain=false")).TryGetProperty("explanation", out _));
    }

    [Fact]
    public async Task The_steps_are_the_ink_its_crop_and_what_the_network_saw()
    {
        var drawing = Drawing.Of(3);

        var steps = await Steps(Api.Form(drawing));

        using var plane = InkImage.Decode(drawing);
        var inked = Enumerable.Range(0, 280 * 280).Where(i => plane.Pixels[i] > 0).Select(i => (X: i % 280, Y: i / 280)).ToList();
        var (left, top) = (inked.Min(place => place.X), inked.Min(place => place.Y));
        var (width, height) = (inked.Max(place => place.X) - left + 1, inked.Max(place => place.Y) - top + 1);
        Assert.Equal([("ink", 280, 280), ("crop", width, height), ("input", 28, 28)], steps.Select(step => (step.Name, step.Image.Width, step.Image.Height)));
        Assert.All(steps, step => Assert.Equal(SKColorType.Gray8, step.Image.ColorType));
        Assert.Equal(plane.Pixels.ToArray(), steps[0].Image.Bytes);
        Assert.Equal(DigitFraming.Frame(plane)!.Pixels.ToArray(), steps[2].Image.Bytes);
        Assert.All(Enumerable.Range(0, width * height),
            i => Assert.Equal(plane.Row(top + i / width)[left + i % width], steps[1].Image.GetPixel(i % width, i / width).Red));
    }

    [Theory]
    [InlineData(900, 300, 280, 93)]
    [InlineData(280, 281, 279, 280)]
    [InlineData(2000, 100, 280, 14)]
    public async Task Large_steps_are_scaled_down(int width, int height, int shownWidth, int shownHeight)
    {
        using var bitmap = new SKBitmap(width, height);
        bitmap.Erase(SKColors.White);
        for (var x = width / 4; x < width / 2; x++)
            bitmap.SetPixel(x, height / 2, SKColors.Black);
        using var png = bitmap.Encode(SKEncodedImageFormat.Png, 100);

        var ink = (await Steps(Api.Form(png.ToArray())))[0].Image;

        Assert.Equal((shownWidth, shownHeight), (ink.Width, ink.Height));
        Assert.InRange(ink.Bytes.Average(level => (double)level) / (width / 4 * 255.0 / (width * (double)height)), 0.5, 1.5); // about as much ink in all
    }

    [Fact]
    public async Task Every_form_of_body_gets_the_same_explanation_but_pixels_which_are_the_input()
    {
        var png = Drawing.Of(5);
        using var plane = InkImage.Decode(png);
        var pixels = JsonSerializer.Serialize(DigitFraming.Frame(plane)!.Pixels.ToArray().Select(ink => (int)ink));
        var expected = (await Explain(Api.Form(png))).GetRawText();

        Assert.Equal(expected, (await Explain(Api.Raw(png))).GetRawText());
        Assert.Equal(expected, (await Explain(Api.Json($$"""{"image":"{{Convert.ToBase64String(png)}}"}"""))).GetRawText());
        var ofPixels = await Explain(Api.Json($$"""{"pixels":{{pixels}}}"""));
        Assert.Equal("input", Assert.Single(ofPixels.GetProperty("steps").EnumerateArray()).GetProperty("name").GetString());
        foreach (var part in new[] { "saliency", "runnerUp", "layers" })
            Assert.Equal(JsonDocument.Parse(expected).RootElement.GetProperty(part).GetRawText(), ofPixels.GetProperty(part).GetRawText());
    }

    [Fact]
    public async Task The_saliency_is_that_of_the_answer_and_of_the_runner_up_coloured_by_its_sign()
    {
        var drawing = Drawing.Of(NineThatCouldBeAFour);

        var answer = await api.Predict(Api.Form(drawing), "?explain=true");

        var byProbability = answer.GetProperty("probabilities").EnumerateArray().Select((p, digit) => (Probability: p.GetSingle(), digit))
            .OrderDescending().ToList();
        var explanation = answer.GetProperty("explanation");
        using var classifier = DigitClassifier.Load(ModelFile.Committed, "committed");
        using var plane = InkImage.Decode(drawing);
        var image = DigitFraming.Frame(plane)!;
        foreach (var (part, digit) in new[] { ("saliency", byProbability[0].digit), ("runnerUp", byProbability[1].digit) })
        {
            Assert.Equal(digit, explanation.GetProperty(part).GetProperty("digit").GetInt32());
            using var shown = Decode(explanation.GetProperty(part));
            var map = Saliency.Of(classifier, image, digit)[0];
            var strong = map.Max(value => Math.Abs(value)) / 4;
            for (var i = 0; i < DigitImage.PixelCount; i++)
            {
                var colour = shown.GetPixel(i % 28, i / 28);
                if (image.Pixels[i] == 0)
                    Assert.Equal(SKColors.Black, colour);
                else if (Math.Abs(map[i]) > strong && image.Pixels[i] > 100)
                    Assert.Equal(map[i] > 0, colour.Red > colour.Blue);
            }
        }
    }

    [Fact]
    public async Task A_layer_is_one_picture_of_all_its_maps()
    {
        var drawing = Drawing.Of(8);

        var layers = (await Explain(Api.Form(drawing))).GetProperty("layers").EnumerateArray().ToList();

        using var maps = FeatureMaps.Load(ModelFile.Committed);
        using var plane = InkImage.Decode(drawing);
        var expected = maps.Compute(DigitFraming.Frame(plane)!);
        Assert.Equal(expected.Count, layers.Count);
        foreach (var (index, (layer, map)) in layers.Zip(expected).Index())
        {
            Assert.Equal(($"conv{index + 1}", map.Channels, map.Width, map.Height),
                (layer.GetProperty("name").GetString(), layer.GetProperty("channels").GetInt32(),
                layer.GetProperty("width").GetInt32(), layer.GetProperty("height").GetInt32()));
            using var image = Decode(layer);
            var columns = (int)Math.Ceiling(Math.Sqrt(map.Channels));
            var strongest = map.Values.Max();
            for (var i = 0; i < map.Values.Length; i++)
            {
                var (channel, y, x) = (i / (map.Width * map.Height), i / map.Width % map.Height, i % map.Width);
                var level = image.GetPixel(channel % columns * (map.Width + 1) + x, channel / columns * (map.Height + 1) + y).Red;
                Assert.Equal(255 * map.Values[i] / strongest, level, 0.51);
            }
        }
    }

    [Fact]
    public async Task A_scribble_is_explained_too()
    {
        var answer = await api.Predict(Api.Form(Drawing.Of(Drawing.Scribble)), "?explain=true");

        Assert.False(answer.GetProperty("isDigit").GetBoolean());
        Assert.Equal(answer.GetProperty("digit").GetInt32(), answer.GetProperty("explanation").GetProperty("saliency").GetProperty("digit").GetInt32());
    }

    [Fact]
    public async Task The_answer_says_how_long_the_explanation_took()
    {
        using var response = await api.Send(HttpMethod.Post, "/predict?explain=true", Api.Form(Drawing.Of(3)));

        Assert.Matches(@"infer;dur=[\d.]+, explain;dur=[\d.]+$", Assert.Single(response.Headers.GetValues("Server-Timing")));
    }

    private async Task<JsonElement> Explain(HttpContent body) => (await api.Predict(body, "?explain=true")).GetProperty("explanation");

    private async Task<(string Name, SKBitmap Image)[]> Steps(HttpContent body) =>
        [.. (await Explain(body)).GetProperty("steps").EnumerateArray().Select(step =>
        {
            var image = Decode(step);
            Assert.Equal((image.Width, image.Height), (step.GetProperty("width").GetInt32(), step.GetProperty("height").GetInt32()));
            return (step.GetProperty("name").GetString()!, image);
        })];

    private static SKBitmap Decode(JsonElement part)
    {
        var url = part.GetProperty("image").GetString()!;
        Assert.StartsWith(Prefix, url, StringComparison.Ordinal);
        return SKBitmap.Decode(Convert.FromBase64String(url[Prefix.Length..]));
    }
}
