using Microsoft.AspNetCore.Mvc;
using Microsoft.OpenApi;
using MnistApi.Hosting.Errors;
using MnistApi.Hosting.Security;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace MnistApi.OpenApi;

/// <summary>Says in the OpenAPI document which operations need a key, and what they answer without; that none is needed is said, too.</summary>
/// <param name="keys">Null where none is needed.</param>
internal sealed class KeysInDocument(ApiKeys? keys) : IOperationFilter
{
    /// <summary>The name of the scheme in the document.</summary>
    public const string Scheme = "key";

    /// <inheritdoc/>
    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        operation.Security = [];
        if (keys?.AreNeeded(new EndpointMetadataCollection(context.ApiDescription.ActionDescriptor.EndpointMetadata)) != true)
            return;

        operation.Security.Add(new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Scheme, context.Document)] = [] });
        var (type, mediaType) = context.ApiDescription.RelativePath!.StartsWith("v2", StringComparison.Ordinal)
            ? (typeof(InferError), "application/json")
            : (typeof(ProblemDetails), "application/problem+json");
        operation.Responses!["401"] = new OpenApiResponse
        {
            Description = "No key, or a wrong one.",
            Content = new Dictionary<string, IOpenApiMediaType>
            {
                [mediaType] = new OpenApiMediaType { Schema = context.SchemaGenerator.GenerateSchema(type, context.SchemaRepository) },
            },
        };
    }
}
