using MnistApi.Hosting;

namespace MnistApi.Corrections;

/// <summary>Adds what stores corrections.</summary>
internal static class CorrectionExtensions
{
    /// <summary>Adds it, with the settings under <c>Corrections</c>.</summary>
    public static void AddCorrections(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton(_ => builder.Configuration.Read<CorrectionsOptions>("Corrections"));
        builder.Services.AddSingleton<CorrectionStore>();
    }

    /// <summary>Makes the database ready where corrections are turned on.</summary>
    /// <exception cref="InvalidDataException">A setting is wrong, or the database can't be opened.</exception>
    public static void OpenCorrections(this WebApplication app)
    {
        if (app.Services.GetRequiredService<CorrectionsOptions>().Enabled)
            app.Services.GetRequiredService<CorrectionStore>().Open();
    }
}
