using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;

namespace Browser.Tests;

/// <summary>The real app on a port of its own, with settings of its own; disposing stops it.</summary>
public sealed class RunningSite : WebApplicationFactory<Program>
{
    private readonly IReadOnlyDictionary<string, string> _settings;

    /// <param name="port">0 for any that is free.</param>
    /// <param name="settings">Over those of appsettings.json.</param>
    public RunningSite(int port = 0, IReadOnlyDictionary<string, string>? settings = null)
    {
        _settings = new Dictionary<string, string>(settings ?? new Dictionary<string, string>()) { ["urls"] = $"http://127.0.0.1:{port}" };
        UseKestrel(); // on the port of the settings: one that is given here would be set while the program may already be starting
        StartServer();
    }

    /// <summary>Where it listens.</summary>
    public Uri Address => ClientOptions.BaseAddress;

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        foreach (var (name, value) in _settings)
            builder.UseSetting(name, value);
    }
}
