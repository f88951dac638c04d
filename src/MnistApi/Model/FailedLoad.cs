namespace MnistApi.Model;

/// <summary>A model file that was refused; the one before goes on serving.</summary>
/// <param name="At">When (UTC).</param>
/// <param name="Reason">What is wrong with the file.</param>
internal sealed record FailedLoad(DateTimeOffset At, string Reason);
