using System.ComponentModel.DataAnnotations;

namespace MnistApi;

/// <summary>Settings as records.</summary>
internal static class Settings
{
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
