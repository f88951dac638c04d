using System.IO.Compression;
using Microsoft.AspNetCore.ResponseCompression;

namespace MnistApi.Hosting;

/// <summary>Answers in <c>deflate</c>, which is zlib's format (RFC 9110, section 8.4.1.2); ASP.NET Core brings Brotli and gzip alone.</summary>
internal sealed class DeflateCompressionProvider : ICompressionProvider
{
    /// <inheritdoc/>
    public string EncodingName => "deflate";

    /// <inheritdoc/>
    public bool SupportsFlush => true;

    /// <inheritdoc/>
    public Stream CreateStream(Stream outputStream) => new ZLibStream(outputStream, CompressionLevel.Fastest, leaveOpen: true);
}
