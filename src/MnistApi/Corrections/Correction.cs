using System.ComponentModel.DataAnnotations;

namespace MnistApi.Corrections;

/// <summary>What a person says that a picture shows. Nothing in it tells who: no address, no cookie, no browser, no metadata of the picture.</summary>
internal sealed class Correction
{
    /// <summary>The most characters of <see cref="Model"/>.</summary>
    public const int MaxModelLength = 64;

    /// <summary>Sorts by time (UUID version 7). The service draws it, not the database: so one set of migrations fits both.</summary>
    public Guid Id { get; init; } = Guid.CreateVersion7();

    /// <summary>When it was stored (UTC).</summary>
    public DateTimeOffset Time { get; init; } = DateTimeOffset.UtcNow;

    /// <summary>The digit that the person says it is, 0 to 9.</summary>
    public required byte Label { get; init; }

    /// <summary>The digit that the service answered, 0 to 9.</summary>
    public required byte Predicted { get; init; }

    /// <summary>The version of the model that answered so; null where whoever sent the answer left it out.</summary>
    [MaxLength(MaxModelLength)]
    public string? Model { get; init; }

    /// <summary>What the network saw: 28×28 bytes in row order, 0 = paper, 255 = ink.</summary>
    public required byte[] Pixels { get; init; }

    /// <summary>The picture before it was framed, as a grey PNG, ink white on black; null where that is too large.</summary>
    public byte[]? Picture { get; init; }
}
