namespace MnistApi.Hosting.Errors;

/// <summary>What JSON an endpoint reads, for the answer to JSON that it can't read.</summary>
/// <param name="Form">Completes "Send …".</param>
internal sealed record ExpectedJson(string Form);
