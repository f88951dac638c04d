using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.OpenApi;
using MnistApi.Endpoints;
using MnistModel;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace MnistApi;

/// <summary>
/// The OpenAPI document at <c>/swagger/v1/swagger.json</c>. Signatures and XML comments give most of it; added here is what they can't say:
/// that <c>POST /predict</c> reads three forms of body, and an example of each request and each answer.
/// </summary>
internal sealed class ApiDocument : IDocumentFilter
{
    private static readonly string[] ImageTypes = ["image/png", "image/jpeg", "image/webp", "image/gif", "image/bmp", "application/octet-stream"];

    // a 1: a bar of 2×20 pixels where framing puts it
    private static readonly DigitImage One = new(Enumerable.Range(0, DigitImage.PixelCount)
        .Select(i => i % DigitImage.Side is 14 or 15 && i / DigitImage.Side is >= 5 and < 25 ? byte.MaxValue : byte.MinValue).ToArray());

    private static readonly PredictResponse Answer =
        new(true, null, 1, 0.9984f, [0.0001f, 0.9984f, 0.0002f, 0.0001f, 0.0002f, 0.0001f, 0.0001f, 0.0005f, 0.0002f, 0.0001f], "2026.11.23-1a2b3c4d", null);

    /// <summary>For <c>AddSwaggerGen</c>.</summary>
    public static void Describe(SwaggerGenOptions options)
    {
        options.SwaggerDoc("v1", new OpenApiInfo
        {
            Title = "MnistService",
            Version = "v1",
            Description = "Recognises handwritten digits. Every error is an RFC 9457 problem document; its detail says what was wrong and what to do.",
        });
        options.IncludeXmlComments(typeof(ApiDocument).Assembly);
        options.IncludeXmlComments(typeof(ModelCard).Assembly);
        options.SupportNonNullableReferenceTypes();
        options.NonNullableReferenceTypesAsRequired();
        options.DocumentFilter<ApiDocument>();
    }

    /// <inheritdoc/>
    public void Apply(OpenApiDocument swaggerDoc, DocumentFilterContext context)
    {
        var predict = swaggerDoc.Paths["/predict"].Operations![HttpMethod.Post];

        var forms = predict.RequestBody!.Content!;
        var form = (OpenApiMediaType)forms["multipart/form-data"];
        ((OpenApiSchema)form.Schema!).Required = new HashSet<string> { "image" };
        form.Example = new JsonObject { ["image"] = "" }; // without it Swagger UI takes the empty form over as the text of the JSON form
        foreach (var type in ImageTypes)
            forms[type] = new OpenApiMediaType { Schema = new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary" } };
        forms["application/json"] = new OpenApiMediaType
        {
            Schema = context.SchemaGenerator.GenerateSchema(typeof(PredictRequest), context.SchemaRepository),
            Examples = Examples(
                ("An image as a data URL", new JsonObject { ["image"] = PredictEndpoints.ToDataUrl(One) }),
                ("784 pixels", new JsonObject { ["pixels"] = new JsonArray([.. One.Pixels.ToArray().Select(ink => JsonValue.Create((int)ink))]) })),
        };

        Show(StatusCodes.Status200OK,
            ("The digit", ToJson(Answer)),
            ("With ?explain=true", ToJson(Answer with { Input = PredictEndpoints.ToDataUrl(One) })));
        ShowProblems(StatusCodes.Status400BadRequest,
            ("Not an image", "These bytes are not an image. Send a PNG, JPEG, WebP, GIF or BMP file."),
            ("Damaged", "The Png image is damaged or cut off (IncompleteInput). Save it again and resend it."),
            ("No file", PredictEndpoints.NoFile),
            ("Neither or both", PredictEndpoints.NeitherOrBoth),
            ("Not base64", PredictEndpoints.NotBase64),
            ("Wrong pixels", PredictEndpoints.WrongPixels));
        ShowProblems(StatusCodes.Status413PayloadTooLarge,
            ("Too many bytes", "The image has 12,345,678 bytes; the limit is 10,000,000."),
            ("Too many pixels", "The image has 10,000×10,000 pixels; the limit is 25,000,000 pixels in all."));
        ShowProblems(StatusCodes.Status415UnsupportedMediaType, ("Another type", Problems.UnsupportedType));
        ShowProblems(StatusCodes.Status422UnprocessableEntity, ("Blank", PredictEndpoints.Blank));

        void ShowProblems(int status, params (string Summary, string Detail)[] problems) =>
            Show(status, [.. problems.Select(p => (p.Summary, JsonSerializer.SerializeToNode(Problems.Of(status, p.Detail).ProblemDetails, ApiJson.Default.ProblemDetails)!))]);

        void Show(int status, params (string Summary, JsonNode Value)[] examples)
        {
            foreach (var answer in predict.Responses![$"{status}"].Content!.Values.Cast<OpenApiMediaType>())
                answer.Examples = Examples(examples);
        }
    }

    private static JsonNode ToJson(PredictResponse answer) => JsonSerializer.SerializeToNode(answer, ApiJson.Default.PredictResponse)!;

    private static Dictionary<string, IOpenApiExample> Examples(params (string Summary, JsonNode Value)[] examples) =>
        examples.ToDictionary(e => e.Summary, IOpenApiExample (e) => new OpenApiExample { Value = e.Value });
}
