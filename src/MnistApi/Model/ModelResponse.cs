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
/// <param name="Drift">How far what comes in is from what it was validated on; null where the card has no reference, or too few images came.</param>
/// <param name="Shadow">A second model that is compared with this one; null where the settings name none.</param>
internal sealed record ModelResponse(
    string Version, string Sha256, DateTimeOffset LoadedAt, FailedLoad? LastFailedLoad, ModelCard Card, InkModelResponse? Ink,
    NumberModelResponse? Number, DriftResponse? Drift, ShadowResponse? Shadow);

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

/// <summary>
/// Population stability indices of the last images against the card's <c>reference</c>: by custom, below 0.1 is no change and above 0.25 a large one.
/// </summary>
/// <param name="Images">The last ones, 500 to 10,000.</param>
/// <param name="Digits">Of the answers.</param>
/// <param name="Confidence">Of the probability of the answers that are digits.</param>
/// <param name="Ink">Of the mean ink of the images.</param>
/// <param name="Size">Of the shorter side of the digits.</param>
internal sealed record DriftResponse(long Images, double Digits, double Confidence, double Ink, double Size);

/// <summary>
/// A second classifier, and how it compares with the one that serves, since the younger of them was loaded. Pictures that <c>/read</c> read aren't among what
/// is compared.
/// </summary>
/// <param name="Version">Of its file; null where there is none that can be loaded.</param>
/// <param name="Sha256">Of the file, in hexadecimal; null as well.</param>
/// <param name="LoadedAt">When it was loaded (UTC); null as well.</param>
/// <param name="LastFailedLoad">When and why its file was refused, the last time that it was; null where it never was.</param>
/// <param name="Share">Of the requests that it is asked about, 0 to 1.</param>
/// <param name="Compared">Images that both answered.</param>
/// <param name="Same">Those with the same answer.</param>
/// <param name="Dropped">Images that it had no time for.</param>
/// <param name="Answers">
/// Row: what the served model answered; column: what the shadow did; eleven each, the digits 0 to 9 and no digit. In the diagonal are the same answers.
/// </param>
/// <param name="Corrections">Which of both is right, by the corrections that came in.</param>
internal sealed record ShadowResponse(
    string? Version, string? Sha256, DateTimeOffset? LoadedAt, FailedLoad? LastFailedLoad, double Share, long Compared, long Same, long Dropped,
    IReadOnlyList<IReadOnlyList<long>> Answers, ShadowCorrections Corrections);

/// <summary>
/// Images of which people said what they show, by who reads them right. Most are sent because the served model was wrong, which favours the shadow; where right
/// answers are confirmed as well, it is even.
/// </summary>
/// <param name="Both">Are right.</param>
/// <param name="ServedOnly">The served model is right, the shadow wrong.</param>
/// <param name="ShadowOnly">The shadow is right, the served model wrong.</param>
/// <param name="Neither">Is right.</param>
/// <param name="P">
/// McNemar's exact test of the middle two, two-sided: how likely they are at least as far apart if both models are equally good, 0 to 1.
/// </param>
internal sealed record ShadowCorrections(long Both, long ServedOnly, long ShadowOnly, long Neither, double P);
