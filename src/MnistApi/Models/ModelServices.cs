namespace MnistApi.Models;

/// <summary>Adds the model and what keeps it up to date.</summary>
internal static class ModelServices
{
    /// <summary><see cref="ServedModel"/> is loaded when it is first asked for, and watched from the start on.</summary>
    public static void AddModel(this WebApplicationBuilder builder)
    {
        var options = builder.Configuration.GetSection("Model").Get<ModelOptions>() ?? new ModelOptions();
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton(_ => new ServedModel(options.FullPath()));
        builder.Services.AddHostedService<ModelWatcher>();
    }
}
