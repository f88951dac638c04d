using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;
using Microsoft.OpenApi;
using MnistApi.Corrections;
using MnistApi.Hosting.Errors;
using MnistApi.Hosting.Limits;
using MnistApi.OpenInference;
using MnistApi.Predict;
using MnistApi.Read;
using MnistReader.Framing;
using MnistReader.Imaging;
using MnistReader.Inference;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace MnistApi.OpenApi;

/// <summary>
/// The OpenAPI document at <c>/swagger/v1/swagger.json</c>. Signatures and XML comments give most of it; added here is what they can't say:
/// that <c>POST /predict</c>, <c>/predict/batch</c>, <c>/read</c> and <c>/v2/…/infer</c> read several forms of body, and an example of each request
/// and each answer.
/// </summary>
/// <param name="json">Writes the examples as the service writes its answers.</param>
internal sealed class ApiDocument(IOptions<JsonOptions> json) : IDocumentFilter
{
    private static readonly string[] ImageTypes = ["image/png", "image/jpeg", "image/webp", "image/gif", "image/bmp", "application/octet-stream"];

    private const string NotAnImage = "These bytes are not an image. Send a PNG, JPEG, WebP, GIF or BMP file.";

    private const string CutShort = "data:image/png;base64,…";

    private static readonly Dictionary<string, string> Tags = new()
    {
        ["Digits"] = "Pictures → digits.",
        ["Corrections"] = "What people say that a picture shows, where the service takes that.",
        ["Model"] = "What answers.",
        ["Health"] = "For whoever runs the service.",
        ["Open Inference Protocol V2"] = "Tensors → tensors, as KServe, Triton and their clients speak.",
    };

    // a 1: a bar of 2×20 pixels where framing puts it
    private static readonly DigitImage One = new(Enumerable.Range(0, DigitImage.PixelCount)
        .Select(i => i % DigitImage.Side is 14 or 15 && i / DigitImage.Side is >= 5 and < 25 ? byte.MaxValue : byte.MinValue).ToArray());

    private static readonly OpenApiSchema Image = new()
    {
        Type = JsonSchemaType.String,
        Format = "binary",
        Description = "PNG, JPEG, WebP, GIF or BMP, told by content.",
    };

    private static readonly PredictResponse Answer = new(
        true, null, null, 1, [1], 0.9984f, [0.0001f, 0.9984f, 0.0002f, 0.0001f, 0.0002f, 0.0001f, 0.0001f, 0.0005f, 0.0002f, 0.0001f], "2026.11.23-1a2b3c4d",
        null);

    private static readonly PredictResponse OneOrSeven = Answer with
    {
        Candidates = [1, 7],
        Confidence = 0.6102f,
        Probabilities = [0.0003f, 0.6102f, 0.0011f, 0.0004f, 0.0019f, 0.0002f, 0.0002f, 0.3845f, 0.0002f, 0.001f],
    };

    // the images but one cut short: they tell nothing as text
    private static readonly Explanation Explained = new(
        [new("ink", 280, 280, CutShort), new("crop", 240, 240, CutShort), Explainer.Input(One)],
        new ExplainedDigit(1, CutShort), new ExplainedDigit(7, CutShort), [new ExplainedLayer("conv1", 16, 24, 24, CutShort)]);

    /// <summary>For <c>AddSwaggerGen</c>.</summary>
    public static void Describe(SwaggerGenOptions options)
    {
        options.SwaggerDoc("v1", new OpenApiInfo
        {
            Title = "MnistService",
            Version = "v1",
            License = new OpenApiLicense { Name = "MIT", Url = new Uri("https://opensource.org/license/mit") },
            Description = "Recognises handwritten digits. Every error is an RFC 9457 problem document; its detail says what was wrong and what to do.",
        });
        options.AddServer(new OpenApiServer { Url = "/" });
        options.IncludeXmlComments(typeof(ApiDocument).Assembly);
        options.IncludeXmlComments(typeof(ModelCard).Assembly);
        options.SupportNonNullableReferenceTypes();
        options.NonNullableReferenceTypesAsRequired();
        options.MapType<JsonSlice>(() => new OpenApiSchema { Type = JsonSchemaType.Array, Items = new OpenApiSchema() });
        options.DocumentFilter<ApiDocument>();
    }

    /// <inheritdoc/>
    public void Apply(OpenApiDocument swaggerDoc, DocumentFilterContext context)
    {
        var picture = context.SchemaGenerator.GenerateSchema(typeof(PredictRequest), context.SchemaRepository);
        DescribePredict(swaggerDoc.Paths["/predict"].Operations![HttpMethod.Post], picture);
        DescribeRead(swaggerDoc.Paths["/read"].Operations![HttpMethod.Post], picture);
        DescribeBatch(swaggerDoc.Paths["/predict/batch"].Operations![HttpMethod.Post], picture);
        DescribeCorrections(swaggerDoc.Paths["/corrections"].Operations![HttpMethod.Post]);
        var infer = context.SchemaGenerator.GenerateSchema(typeof(InferRequest), context.SchemaRepository);
        foreach (var (_, operations) in swaggerDoc.Paths.Where(path => path.Key.EndsWith("/infer", StringComparison.Ordinal)))
            DescribeInfer(operations.Operations![HttpMethod.Post], infer);
        DescribeExport(swaggerDoc.Paths["/corrections/export"].Operations![HttpMethod.Get]);
        foreach (var path in swaggerDoc.Paths.Values)
        {
            path.Operations!.Remove(HttpMethod.Head); // goes without saying where there is GET
            foreach (var operation in path.Operations.Values.Where(operation => !operation.Responses!.Keys.Any(status => status[0] == '4')))
                operation.Responses!["4XX"] = new OpenApiResponse { Description = "The request itself is malformed." };
        }

        foreach (var tag in swaggerDoc.Tags!)
            tag.Description = Tags[tag.Name!];
    }

    private void DescribePredict(OpenApiOperation predict, IOpenApiSchema picture)
    {
        DescribeOnePicture(predict, picture);
        Show(predict, StatusCodes.Status200OK,
            ("The digit", ToJson(Answer)),
            ("A 1 or a 7", ToJson(OneOrSeven)),
            ("With ?explain=true", ToJson(Answer with { Explanation = Explained })),
            ("Several digits", ToJson(Answer with
            {
                IsDigit = false, Reason = PredictResponse.NotADigit(0.0123f, 0.885), Hint = PredictResponse.Several(4), Candidates = [],
            })));
    }

    private void DescribeRead(OpenApiOperation read, IOpenApiSchema picture)
    {
        DescribeOnePicture(read, picture);
        static ReadDigit Digit(PredictResponse answer, int x) =>
            new(answer.Digit, answer.Candidates, answer.Confidence, true, answer.Probabilities, new PixelBox(x, 40, 12, 118), 0, null);
        Show(read, StatusCodes.Status200OK, ("Two digits and a comma", ToJson(new ReadResponse(
            "11", "1,1", null, null, [new ReadLine("11", "1,1", 0.8512, null, new PixelBox(60, 40, 102, 118), null)],
            [Digit(Answer, 60), Digit(OneOrSeven, 150)], 280, 200, Answer.Model))));
    }

    // what /predict and /read have in common: the forms of the body, and the problems
    private void DescribeOnePicture(OpenApiOperation operation, IOpenApiSchema picture)
    {
        var forms = Forms(operation, Image);
        foreach (var type in ImageTypes)
            forms[type] = new OpenApiMediaType { Schema = Image };
        forms["application/json"] = new OpenApiMediaType
        {
            Schema = picture,
            Examples = Examples(("An image as a data URL", OneAsImage()), ("784 pixels", OneAsPixels())),
        };

        ShowProblems(operation, StatusCodes.Status400BadRequest,
            ("Not an image", NotAnImage),
            ("Damaged", "The Png image is damaged or cut off (IncompleteInput). Save it again and resend it."),
            ("No file", ErrorDetails.NoFile),
            ("Neither or both", ErrorDetails.NeitherOrBoth),
            ("Not base64", ErrorDetails.NotBase64),
            ("Wrong pixels", ErrorDetails.WrongPixels),
            ("Pixels from 0 to 1", ErrorDetails.SmallPixels));
        ShowProblems(operation, StatusCodes.Status413PayloadTooLarge,
            ("Too many bytes", "The image has 12,345,678 bytes; the limit is 10,000,000."),
            ("Too many pixels", "The image has 10,000×10,000 pixels; the limit is 25,000,000 pixels in all."));
        ShowProblems(operation, StatusCodes.Status415UnsupportedMediaType, ("Another type", Problems.UnsupportedType));
        ShowProblems(operation, StatusCodes.Status422UnprocessableEntity, ("Blank", ErrorDetails.Blank));
        ShowProblems(operation, StatusCodes.Status429TooManyRequests, ("Busy", Problems.Overloaded));
    }

    private void DescribeBatch(OpenApiOperation batch, IOpenApiSchema picture)
    {
        var several = new OpenApiSchema { Type = JsonSchemaType.Array, Items = Image, MaxItems = LoadLimits.MostPictures };
        Forms(batch, several, new JsonArray(""))["application/json"] = new OpenApiMediaType
        {
            Schema = new OpenApiSchema { Type = JsonSchemaType.Array, Items = picture, MaxItems = LoadLimits.MostPictures },
            Examples = Examples(("Two pictures", new JsonArray(OneAsImage(), OneAsPixels()))),
        };

        Show(batch, StatusCodes.Status200OK, ("A digit, and no image", ToJson(new BatchResponse([
            new BatchAnswer(Answer, null),
            new BatchAnswer(null, Problems.Of(StatusCodes.Status400BadRequest, NotAnImage).ProblemDetails)]))));
        ShowProblems(batch, StatusCodes.Status400BadRequest,
            ("No files", ErrorDetails.NoFiles),
            ("Malformed", Problems.MalformedJson("$[3]", $"an array of {PredictRequest.Form}")));
        ShowProblems(batch, StatusCodes.Status413PayloadTooLarge, ("Too many pictures", ErrorDetails.TooMany));
        ShowProblems(batch, StatusCodes.Status415UnsupportedMediaType, ("Another type", Problems.UnsupportedBatchType));
        ShowProblems(batch, StatusCodes.Status429TooManyRequests, ("Busy", Problems.Overloaded));
    }

    private void DescribeCorrections(OpenApiOperation correct)
    {
        Forms(correct, Image);
        var form = (OpenApiMediaType)correct.RequestBody!.Content!["multipart/form-data"];
        var fields = (OpenApiSchema)form.Schema!;
        fields.Properties!["label"] = Digit("The digit that the picture shows.");
        fields.Properties["consent"] = new OpenApiSchema
        {
            Type = JsonSchemaType.Boolean,
            Enum = [true],
            Description = "That who drew the picture agrees that it is stored.",
        };
        fields.Properties["predicted"] = Digit("The digit that was answered; where it is left out, the model that serves is asked, and its version stored.");
        fields.Properties["model"] = new OpenApiSchema
        {
            Type = JsonSchemaType.String,
            MaxLength = Correction.MaxModelLength,
            Description = "The version of the model that answered so.",
        };
        fields.Required!.UnionWith(["label", "consent"]);
        form.Example = new JsonObject { ["image"] = "", ["label"] = 4, ["consent"] = true, ["predicted"] = 9, ["model"] = Answer.Model };

        ShowProblems(correct, StatusCodes.Status400BadRequest,
            ("No consent", CorrectionErrors.NoConsent),
            ("No label", CorrectionErrors.NoLabel),
            ("Not a digit", CorrectionErrors.WrongPredicted),
            ("Not a version", CorrectionErrors.WrongModel),
            ("No file", ErrorDetails.NoFile),
            ("Not an image", NotAnImage));
        ShowProblems(correct, StatusCodes.Status404NotFound, ("Off", CorrectionErrors.Off));
        ShowProblems(correct, StatusCodes.Status415UnsupportedMediaType, ("Another type", Problems.UnsupportedCorrectionType));
        ShowProblems(correct, StatusCodes.Status422UnprocessableEntity, ("Blank", ErrorDetails.Blank));
        ShowProblems(correct, StatusCodes.Status429TooManyRequests, ("Busy", Problems.Overloaded));
        ShowProblems(correct, StatusCodes.Status507InsufficientStorage, ("Full", CorrectionErrors.Full));

        static OpenApiSchema Digit(string description) => new() { Type = JsonSchemaType.Integer, Minimum = "0", Maximum = "9", Description = description };
    }

    private void DescribeExport(OpenApiOperation export)
    {
        ((OpenApiResponse)export.Responses!["200"]).Content = new Dictionary<string, IOpenApiMediaType>
        {
            ["application/zip"] = new OpenApiMediaType { Schema = new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary" } },
        };
        ((OpenApiSchema)export.Parameters!.Single().Schema!).Enum = ["idx", "csv"];
        ShowProblems(export, StatusCodes.Status400BadRequest, ("Another format", CorrectionErrors.WrongFormat));
        ShowProblems(export, StatusCodes.Status403Forbidden, ("No keys", CorrectionErrors.NoKeys));
        ShowProblems(export, StatusCodes.Status404NotFound, ("Off", CorrectionErrors.Off));
    }

    private static void DescribeInfer(OpenApiOperation infer, IOpenApiSchema request)
    {
        infer.Parameters!.Add(new OpenApiParameter
        {
            Name = InferBody.HeaderLength,
            In = ParameterLocation.Header,
            Description = "How long the JSON is, in bytes, where the bytes of tensors stand behind it.",
            Schema = new OpenApiSchema { Type = JsonSchemaType.Integer, Minimum = "0" },
        });
        var pixels = new JsonObject
        {
            ["name"] = DigitClassifier.InputName,
            ["shape"] = new JsonArray(1, 1, DigitImage.Side, DigitImage.Side),
            ["datatype"] = "UINT8",
            ["data"] = OneAsPixels()["pixels"]!.DeepClone(),
        };
        var image = new JsonObject
        {
            ["name"] = InputTensor.ImageName,
            ["shape"] = new JsonArray(1),
            ["datatype"] = InputTensor.BytesType,
            ["data"] = new JsonArray(Convert.ToBase64String(Png.Of(One))),
        };
        infer.RequestBody = new OpenApiRequestBody
        {
            Required = true,
            Content = new Dictionary<string, IOpenApiMediaType>
            {
                ["application/json"] = new OpenApiMediaType
                {
                    Schema = request,
                    Examples = Examples(
                        ("784 pixels", new JsonObject { ["inputs"] = new JsonArray(pixels) }),
                        ("An image in base64", new JsonObject { ["inputs"] = new JsonArray(image) })),
                },
                ["application/octet-stream"] = new OpenApiMediaType
                {
                    Schema = new OpenApiSchema
                    {
                        Type = JsonSchemaType.String,
                        Format = "binary",
                        Description = "The same JSON, and the bytes of tensors behind it.",
                    },
                },
            },
        };
    }

    // a form with the field 'image'; other forms of body are added to what is returned
    private static Dictionary<string, IOpenApiMediaType> Forms(OpenApiOperation operation, OpenApiSchema image, JsonNode? example = null)
    {
        var forms = new Dictionary<string, IOpenApiMediaType>
        {
            ["multipart/form-data"] = new OpenApiMediaType
            {
                Schema = new OpenApiSchema
                {
                    Type = JsonSchemaType.Object,
                    Properties = new Dictionary<string, IOpenApiSchema> { ["image"] = image },
                    Required = new HashSet<string> { "image" },
                },
                Example = new JsonObject { ["image"] = example ?? "" }, // without it Swagger UI takes the empty form over as the text of the JSON form
            },
        };
        operation.RequestBody = new OpenApiRequestBody { Required = true, Content = forms };
        return forms;
    }

    private void ShowProblems(OpenApiOperation operation, int status, params (string Summary, string Detail)[] problems) =>
        Show(operation, status, [.. problems.Select(p => (p.Summary, ToJson(Problems.Of(status, p.Detail).ProblemDetails)))]);

    private static void Show(OpenApiOperation operation, int status, params (string Summary, JsonNode Value)[] examples)
    {
        foreach (var answer in operation.Responses![$"{status}"].Content!.Values.Cast<OpenApiMediaType>())
            answer.Examples = Examples(examples);
    }

    private static JsonObject OneAsImage() => new() { ["image"] = Png.ToDataUrl(Png.Of(One)) };

    private static JsonObject OneAsPixels() => new() { ["pixels"] = new JsonArray([.. One.Pixels.ToArray().Select(ink => JsonValue.Create((int)ink))]) };

    private JsonNode ToJson<T>(T answer) => JsonSerializer.SerializeToNode(answer, json.Value.SerializerOptions)!;

    private static Dictionary<string, IOpenApiExample> Examples(params (string Summary, JsonNode Value)[] examples) =>
        examples.ToDictionary(e => e.Summary, IOpenApiExample (e) => new OpenApiExample { Value = e.Value });
}
