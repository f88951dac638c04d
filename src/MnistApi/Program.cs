using System.Text.Encodings.Web;
using MnistApi;
using MnistApi.Endpoints;
using MnistApi.Models;
using MnistApi.Security;
using MnistModel;

if (args is ["health", .. var address])
    return await HealthEndpoints.AskAsync(address.FirstOrDefault());

// settings, pages and model stand beside the program, wherever it is started from
var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
var settings = builder.Configuration;
var limits = settings.GetSection("Limits").Get<ImageLimits>() ?? new ImageLimits();

if (settings["urls"] is null && settings["http_ports"] is null && settings["https_ports"] is null)
    builder.WebHost.UseUrls("http://*:8080");
builder.WebHost.ConfigureKestrel(server =>
{
    server.AddServerHeader = false;
    server.Limits.MaxRequestBodySize = limits.MaxBytes / 3L * 4 + 65_536; // an image in base64, and what JSON or a form puts around it
});

builder.Services.AddSingleton(limits);
builder.AddTelemetry();
builder.AddModel();
builder.AddShutdown();
builder.AddSecurity();
builder.Services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true); // so that Problems sees the cause
builder.Services.ConfigureHttpJsonOptions(json =>
{
    json.SerializerOptions.TypeInfoResolverChain.Insert(0, ApiJson.Default);
    json.SerializerOptions.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping; // "28×28" and "+", not \u00D7 and \u002B
});
builder.Services.AddEndpointsApiExplorer().AddSwaggerGen(ApiDocument.Describe);

await using var app = builder.Build();
app.UseSecurity();
app.UseShutdown();
app.UseTelemetry();
app.UseExceptionHandler(Problems.OfExceptions);
app.UseStatusCodePages(Problems.OfStatus);
app.UseAccess();
app.UseDefaultFiles();
app.UseStaticFiles(new StaticFileOptions { OnPrepareResponse = page => page.Context.Response.Headers.CacheControl = "no-cache" }); // always ask: one version
app.UseSwagger();
app.UseSwaggerUI(page => page.DocumentTitle = "MnistService API");
app.MapPredict();
app.MapModel();
app.MapHealth();
app.MapTelemetry();

try
{
    app.CheckSecurity();
    var card = FirstModel();
    await app.StartAsync();
    app.Logger.LogInformation("Listening on {Urls} with model {Version}, {Accuracy:P2} on MNIST's test images", app.Urls, card.Version, card.TestAccuracy);
    await app.WaitForShutdownAsync();
    return 0;
}
catch (Exception e) when (e is IOException or InvalidDataException) // a wrong setting, no such model, a foreign model, or the port is taken
{
    await Console.Error.WriteLineAsync(e.Message);
    return 1;
}

ModelCard FirstModel()
{
    using var model = app.Services.GetRequiredService<ServedModel>().Borrow();
    return model.Classifier.Card;
}
