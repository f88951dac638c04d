using MnistReader.Inference;

namespace MnistApi.Model;

/// <summary>The model that answers now.</summary>
/// <param name="Version">As in every answer of <c>POST /predict</c>.</param>
/// <param name="Sha256">Of the model file, in hexadecimal.</param>
/// <param name="LoadedAt">When it began to serve (UTC).</param>
/// <param name="LastFailedLoad">When and why a file was refused after a change, the last time that it was; null where it never was.</param>
/// <param name="Card">What the model file says of itself.</param>
/// <param name="Ink">The network that finds the ink on photos, scans and lined paper; null where there is none, and these can't be read.</param>
/// <param name="Number">The network that reads lines on them; null where there is none.</param>
internal sealed record ModelResponse(
    string Version, string Sha256, DateTimeOffset LoadedAt, FailedLoad? LastFailedLoad, ModelCard Card, InkModelResponse? Ink,
    NumberModelResponse? Number);

/// <summary>The network that finds the ink now.</summary>
/// <param name="Version">Of its file.</param>
/// <param name="Sha256">Of the file, in hexadecimal.</param>
/// <param name="Card">What the file says of itself.</param>
internal sealed record InkModelResponse(string Version, string Sha256, InkCard Card);

/// <summary>The network that reads lines now.</summary>
/// <param name="Version">Of its file.</param>
/// <param name="Sha256">Of the file, in hexadecimal.</param>
/// <param name="Card">What the file says of itself.</param>
internal sealed record NumberModelResponse(string Version, string Sha256, NumberCard Card);
