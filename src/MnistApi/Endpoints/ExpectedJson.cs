namespace MnistApi.Endpoints;

/// <summary>What JSON an endpoint reads, for the answer to JSON that it can't read.</summary>
/// <param name="Form">Completes "Send …".</param>
internal sealed record ExpectedJson(string Form)
{
    /// <summary>The form of <see cref="PredictRequest"/>.</summary>
    public const string OfOnePicture = "{\"image\": \"<base64 or data URL>\"} or {\"pixels\": [784 numbers from 0 to 255]}";
}
