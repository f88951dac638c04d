using System.Text.Json;
using System.Text.Json.Nodes;
using MnistReader.Inference;
using Xunit;

namespace MnistReader.Tests.Inference;

public class ModelCardTests
{
    private const string Json = """
        {"name":"mnist","version":"2026.11.23-1a2b3c4d","created":"2026-11-23T12:34:56+00:00","network":"deeper","parameters":99710,"multiplyAdds":2500000,
        "networkSha256":"5e55",
        "training":{"recipe":"served","seed":1,"splitSeed":2,"validationImages":10000,"strokes":true,"corrections":false,"calibration":null,"thresholds":null,"from":null,
        "threads":1,"epochs":10,"nested":{"a":[1,2.5,"x"]}},"dataSha256":{"train-images-idx3-ubyte":"ba89"},"dataCredits":["MNIST, CC BY-SA 3.0"],
        "heldBack":[{"of":"slashed zero","digits":115,"right":0.98,"accepted":0.99,"covered":0.995,"candidates":1.02,"signs":0,"rejected":null}],
        "testAccuracy":0.9909,"confusionMatrix":[[980,0],[1,1134]],
        "temperature":1.25,"calibrationError":0.004,"rejectionThreshold":0.5,"candidateThreshold":0.25,
        "reference":{"digits":[1,2],"confidence":[3],"ink":[4],"size":[5]},
        "calibrationHistory":[{"epoch":1,"training":0.8,"validation":0.97}],"framingVersion":1,"selfTest":{"pixels":"AP8=","digit":7},
        "history":[{"epoch":1,"training":0.8125,"validation":0.9704,"strokes":0.9},{"epoch":1,"training":0.9}]}
        """;

    [Fact]
    public void A_card_comes_back_from_json_as_it_was()
    {
        var card = ModelCard.FromJson(Json);

        Assert.Equal(Json.ReplaceLineEndings(""), card.ToJson());
        Assert.Equal(card.ToJson(), ModelCard.FromJson(card.ToJson()).ToJson());
    }

    [Fact]
    public void What_was_not_measured_may_be_missing()
    {
        var card = JsonDocument.Parse(Json).RootElement.EnumerateObject()
            .Where(member => member.Name is not ("heldBack" or "rejectionThreshold" or "candidateThreshold" or "reference" or "calibrationHistory"));

        var read = ModelCard.FromJson($"{{{string.Join(',', card.Select(member => $"\"{member.Name}\":{member.Value.GetRawText()}"))}}}");

        Assert.Null(read.HeldBack);
        Assert.Null(read.RejectionThreshold);
        Assert.Null(read.CandidateThreshold);
        Assert.Null(read.Reference);
        Assert.Null(read.CalibrationHistory);
    }

    [Fact]
    public void Test_images_may_have_been_left_alone()
    {
        var card = JsonNode.Parse(Json)!.AsObject();
        foreach (var figure in (string[])["testAccuracy", "confusionMatrix", "calibrationError"])
            card[figure] = null;

        var read = ModelCard.FromJson(card.ToJsonString());

        Assert.Null(read.TestAccuracy);
        Assert.Null(read.ConfusionMatrix);
        Assert.Null(read.CalibrationError);
    }

    [Theory]
    [InlineData("networkSha256")]
    [InlineData("temperature")]
    [InlineData("history")]
    [InlineData("selfTest")]
    public void A_card_of_an_older_trainer_is_refused_with_what_it_lacks(string name)
    {
        var card = JsonNode.Parse(Json)!.AsObject();
        card[name] = null;
        Refuses();
        card.Remove(name);
        Refuses();

        void Refuses() => Assert.Equal($"it has no {name}, so an older MnistTrainer wrote it. Train the model again.",
            Assert.Throws<JsonException>(() => ModelCard.FromJson(card.ToJsonString())).Message);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("no JSON")]
    [InlineData("""{"name":"mnist"}""")]
    public void What_is_not_a_card_is_refused(string json) => Assert.ThrowsAny<JsonException>(() => ModelCard.FromJson(json));
}
