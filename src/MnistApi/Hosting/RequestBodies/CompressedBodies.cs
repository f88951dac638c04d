namespace MnistApi.Hosting.RequestBodies;

/// <summary>Marks a route whose bodies may be compressed; all others refuse them, since pictures gain nothing by it.</summary>
internal sealed record CompressedBodies
{
    /// <summary>The encodings that are read, as <c>Accept-Encoding</c> lists them.</summary>
    public const string Encodings = "gzip, deflate";

    /// <summary>Whether an encoding is one of them.</summary>
    public static bool Includes(string encoding) =>
        encoding.Equals("gzip", StringComparison.OrdinalIgnoreCase) || encoding.Equals("deflate", StringComparison.OrdinalIgnoreCase);
}
