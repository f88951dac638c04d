using System.Text.Encodings.Web;
using Microsoft.AspNetCore.ResponseCompression;
using MnistApi;
using MnistApi.Corrections;
using MnistApi.Health;
using MnistApi.Hosting;
using MnistApi.Hosting.Addresses;
using MnistApi.Hosting.Errors;
using MnistApi.Hosting.Limits;
using MnistApi.Hosting.RequestBodies;
using MnistApi.Hosting.Security;
using MnistApi.Hosting.Telemetry;
using MnistApi.Model;
using MnistApi.OpenApi;
using MnistApi.OpenInference;
using MnistApi.OpenInference.Grpc;
using MnistApi.Platforms;
using MnistApi.Predict;
using MnistApi.Read;

if (CommandLine.IsCommand(args))
    return await CommandLine.RunAsync(args);

var hasStarted = false;
try
{
    // settings, pages and model stand beside the program, wherever it is started from
    var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
    var settings = builder.Configuration;
    settings.Check();
    builder.AddAddresses();
    builder.WebHost.ConfigureKestrel(server => server.AddServerHeader = false);
    builder.AddLimits();
    builder.AddTelemetry();
    builder.AddModel();
    builder.AddCorrections();
    builder.AddShutdown();
    builder.AddSecurity();

    builder.Services.AddResponseCompression(pages =>
    {
        pages.EnableForHttps = true; // they hold no secret
        pages.Providers.Add<BrotliPagesProvider>();
        pages.Providers.Add<GzipCompressionProvider>();
        pages.Providers.Add<DeflateCompressionProvider>();
        pages.MimeTypes = [.. ResponseCompressionDefaults.MimeTypes, "image/svg+xml", "application/manifest+json"];
    });
    builder.Services.AddRequestDecompression();
    builder.Services.AddScoped<Recogniser>().AddScoped<TensorInference>();
    builder.Services.AddSingleton<InferStatistics>();
    builder.Services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true); // so that Problems sees the cause
    builder.Services.ConfigureHttpJsonOptions(json =>
    {
        json.SerializerOptions.TypeInfoResolverChain.Insert(0, ApiJson.Default);
        json.SerializerOptions.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping; // "28×28" and "+", not \u00D7 and \u002B
    });
    builder.AddOpenInferenceGrpc();
    builder.AddApiDocument();

    await using var app = builder.Build();
    app.UseSecurity();
    app.UseShutdown();
    app.UseTelemetry();
    app.UseInferStatistics();
    app.UseExceptionHandler(Problems.OfExceptions);
    app.UseStatusCodePages(Problems.OfStatus);
    app.UseAccess();
    app.UseRequestBodies();
    app.UseLimits();
    app.Use(GrpcErrors.BlameSender);
    app.UseWhen(context => context.GetEndpoint() is null, files => files.UseResponseCompression()); // the pages alone: an answer is too small to gain by it
    app.UseDefaultFiles();
    app.UseStaticFiles(new StaticFileOptions
    {
        OnPrepareResponse = page => page.Context.Response.Headers.CacheControl = "no-cache", // always ask: one version
    });
    app.UseApiDocument();
    app.MapShareTarget();
    app.MapPredict();
    app.MapBatch();
    app.MapRead();
    app.MapServerMetadata().MapInfer();
    app.MapOpenInferenceGrpc();
    app.MapCorrections();
    app.MapModel();
    app.MapHealth();
    app.MapPlatforms();
    app.MapTelemetry();

    app.CheckSecurity();
    app.OpenCorrections();
    var card = app.Services.GetRequiredService<ServedModel>().Card; // loads it, before the port is taken
    await app.ListenAsync();
    hasStarted = true; // what happens from here on is no setting's fault
    app.Logger.LogInformation(
        "Listening on {Addresses} with model {Version}, {Accuracy} on MNIST's test images",
        app.Listening(), card.Version, card.TestAccuracy is { } accuracy ? $"{accuracy:P2}" : "not measured");
    await app.WaitForShutdownAsync();
    return 0;
}
catch (Exception e) when (!hasStarted && e is not HostAbortedException)
{
    // a wrong setting, no such address, database or model, a foreign model, or the port is taken
    await Console.Error.WriteLineAsync(SettingsExtensions.InOneLine(e));
    return 1;
}
