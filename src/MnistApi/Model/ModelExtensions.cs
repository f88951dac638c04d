using MnistApi.Hosting;
using MnistReader.Imaging;

namespace MnistApi.Model;

/// <summary>Adds the model and what keeps it up to date.</summary>
internal static class ModelExtensions
{
    /// <summary>
    /// <see cref="ServedModel"/> is loaded when it is first asked for, and watched from the start on;
    /// <see cref="LoadedModel"/> is the one that a request borrows until it is answered; <see cref="ShadowModel"/> is compared with it.
    /// </summary>
    public static void AddModel(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSingleton(_ => builder.Configuration.Read<ModelOptions>("Model"));
        services.AddSingleton(provider => new ServedModel(provider.GetRequiredService<ModelOptions>(), provider.GetRequiredService<ImageLimits>()));
        services.AddScoped(provider => provider.GetRequiredService<ServedModel>().Borrow());
        services.AddSingleton<ShadowModel>().AddHostedService(provider => provider.GetRequiredService<ShadowModel>());
        services.AddHostedService<ModelWatcher>();
    }
}
