namespace MnistApi.Corrections;

/// <summary>What the service does with corrections.</summary>
/// <param name="Enabled">Whether it takes and stores them.</param>
internal sealed record CorrectionsResponse(bool Enabled);
