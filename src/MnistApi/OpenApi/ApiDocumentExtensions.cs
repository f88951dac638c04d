using Microsoft.OpenApi;
using MnistApi.Hosting.Security;

namespace MnistApi.OpenApi;

/// <summary>Adds the OpenAPI document and Swagger UI.</summary>
internal static class ApiDocumentExtensions
{
    /// <summary>Adds what writes the document, with the keys that the settings under <c>Auth</c> ask for.</summary>
    public static void AddApiDocument(this WebApplicationBuilder builder)
    {
        var settings = builder.Configuration;
        builder.Services.AddEndpointsApiExplorer().AddSwaggerGen(ApiDocument.Describe);
        builder.Services.ConfigureSwaggerGen(swagger =>
        {
            var keys = ApiKeys.From(settings);
            swagger.AddOperationFilterInstance(new KeysInDocument(keys));
            if (keys is not null)
            {
                swagger.AddSecurityDefinition(KeysInDocument.Scheme, new OpenApiSecurityScheme
                {
                    Type = SecuritySchemeType.ApiKey, In = ParameterLocation.Header, Name = ApiKeys.Header,
                });
            }
        });
    }

    /// <summary>Serves the document and Swagger UI below <c>/swagger</c>.</summary>
    /// <remarks>Only there: it would set up its generator for every request that passes.</remarks>
    public static void UseApiDocument(this WebApplication app) => app.UseWhen(
        static context => context.Request.Path.StartsWithSegments("/swagger"),
        static swagger => swagger.UseSwagger().UseSwaggerUI(page =>
        {
            page.DocumentTitle = "MnistService API";
            page.InjectJavascript("../js/app/swaggerForms.js", "module"); // a module runs when the page's own scripts are there
        }));
}
