using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using MnistApi.Hosting.Errors;
using MnistApi.Hosting.Limits;

namespace MnistApi.Hosting.RequestBodies;

/// <summary>
/// A form's files under the name <c>image</c>, and its first few texts, as a handler's parameter: read to the end before the handler runs,
/// the files straight into rented memory, with no temporary file. The request disposes it.
/// </summary>
internal sealed class ImageForm : IDisposable
{
    private const string Field = "image";
    private const int MostTexts = 8;

    private readonly List<RentedBytes> _files = [];
    private readonly Dictionary<string, string> _texts = [];

    /// <summary>The content of each file, in order.</summary>
    public IReadOnlyList<RentedBytes> Files => _files;

    /// <summary>The text of a field; null where there is none, or it stands behind eight others.</summary>
    /// <param name="name">The field's, in its exact case.</param>
    public string? Text(string name) => _texts.GetValueOrDefault(name);

    /// <summary>Reads a request's form, for routing.</summary>
    /// <exception cref="TooManyPicturesException">It has more files than a batch may have.</exception>
    /// <exception cref="BadHttpRequestException">It isn't a form, or is cut off.</exception>
    public static async ValueTask<ImageForm> BindAsync(HttpContext context)
    {
        var form = new ImageForm();
        context.Response.RegisterForDispose(form);
        try
        {
            if (!MediaTypeHeaderValue.TryParse(context.Request.ContentType, out var type)
                || HeaderUtilities.RemoveQuotes(type.Boundary) is not { Length: > 0 } boundary)
            {
                throw new BadHttpRequestException("There is no boundary.");
            }

            var reader = new MultipartReader(boundary.ToString(), context.Request.Body);
            while (await reader.ReadNextSectionAsync(context.RequestAborted) is { } section)
            {
                if (section.GetContentDispositionHeader() is not { } what) // parsed once
                    continue;
                if (what.IsFormDisposition() && form._texts.Count < MostTexts && new FormMultipartSection(section, what) is var text)
                    form._texts[text.Name] = await text.GetValueAsync(context.RequestAborted);
                if (!what.IsFileDisposition() || new FileMultipartSection(section, what) is not { Name: Field, FileStream: { } file })
                    continue;
                if (form._files.Count == LoadLimits.MostPictures)
                    throw new TooManyPicturesException();

                form._files.Add(await RentedBytes.ReadAsync(file, context.RequestAborted));
            }

            return form;
        }
        catch (Exception e) when (e is InvalidDataException or IOException and not BadHttpRequestException)
        {
            throw new BadHttpRequestException("The form is malformed.", e);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _files.ForEach(file => file.Dispose());
}
