using System.ComponentModel.DataAnnotations;
using MnistApi.Hosting.Addresses;
using MnistApi.Hosting.Telemetry;

namespace MnistApi.Hosting;

/// <summary>Settings as records, and what is wrong with them in one line.</summary>
internal static class SettingsExtensions
{
    private static readonly string[] Ports = ["http_ports", "https_ports", .. ListenExtensions.PlatformPorts];

    /// <summary>Looks at what the libraries would pass over silently, or refuse without saying which setting it is.</summary>
    /// <exception cref="InvalidDataException">A value can't be; the message is one line that names it.</exception>
    public static void Check(this IConfiguration settings)
    {
        foreach (var name in Ports)
        {
            if (settings[name] is { } ports && !ports.Split(';', StringSplitOptions.RemoveEmptyEntries).All(port => ushort.TryParse(port, out _)))
                throw new InvalidDataException($"The setting {name} can't be '{ports}'. Write port numbers up to 65535, with ; between them.");
        }

        foreach (var name in TelemetryExtensions.Collectors)
        {
            if (settings[name] is { Length: > 0 } address && !(Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"))
                throw new InvalidDataException($"The setting {name} can't be '{address}'. Write an address such as http://collector:4317.");
        }

        foreach (var (path, value) in settings.GetSection("Logging").AsEnumerable())
        {
            var isLevel = value is not null && path.Contains(":LogLevel:", StringComparison.OrdinalIgnoreCase);
            if (isLevel && !Enum.TryParse<LogLevel>(value, ignoreCase: true, out _))
                throw new InvalidDataException($"The setting {path} can't be '{value}'. Write {string.Join(", ", Enum.GetNames<LogLevel>())}.");
        }
    }

    /// <summary>What keeps the service from starting, for whoever set it up.</summary>
    public static string InOneLine(Exception exception) =>
        string.Join(' ', exception.Message.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)); // a library's message may have several lines

    /// <summary>Reads a section; what it doesn't set keeps its default.</summary>
    /// <param name="settings">All settings.</param>
    /// <param name="section">The section's name.</param>
    /// <exception cref="InvalidDataException">A value isn't of its type, or out of its range; the message is one line that names it.</exception>
    public static T Read<T>(this IConfiguration settings, string section)
        where T : class, new()
    {
        try
        {
            var read = settings.GetSection(section).Get<T>() ?? new T();
            Validator.ValidateObject(read, new ValidationContext(read), validateAllProperties: true);
            return read;
        }
        catch (InvalidOperationException e)
        {
            throw new InvalidDataException(e.Message, e);
        }
        catch (ValidationException e)
        {
            throw new InvalidDataException($"The setting {section}:{e.ValidationResult.MemberNames.First()} can't be {e.Value}. {e.Message}", e);
        }
    }
}
