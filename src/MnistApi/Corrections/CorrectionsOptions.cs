using System.ComponentModel.DataAnnotations;

namespace MnistApi.Corrections;

/// <summary>The settings under <c>Corrections</c>.</summary>
internal sealed record CorrectionsOptions
{
    /// <summary>Whether corrections are taken and stored; the default is false.</summary>
    public bool Enabled { get; init; }

    /// <summary>Where they are stored; the default is <see cref="CorrectionsProvider.SQLite"/>.</summary>
    public CorrectionsProvider Provider { get; init; }

    /// <summary>
    /// Of SQLite the file, relative to the working directory and made with its folder where it is missing; of PostgreSQL the connection string, as
    /// <c>Host=db;Database=mnist;Username=mnist;Password=…</c>. The default is <c>corrections.db</c>.
    /// </summary>
    public string Connection { get; init; } = "corrections.db";

    /// <summary>How many are stored at most, 1 to 10,000,000; the default is 100,000.</summary>
    [Range(1, 10_000_000)]
    public int MaxCount { get; init; } = 100_000;

    /// <summary>
    /// A picture that takes more bytes than this as a grey PNG is stored only as the 28×28 that the network saw; 0 to 1,000,000, the default is 8,192.
    /// With <see cref="MaxCount"/> it bounds the database: to some 900 MB by default.
    /// </summary>
    [Range(0, 1_000_000)]
    public int MaxPictureBytes { get; init; } = 8_192;
}

/// <summary>The databases that corrections can be stored in.</summary>
internal enum CorrectionsProvider
{
    /// <summary>A file, for one process.</summary>
    SQLite,

    /// <summary>A server, for any number of replicas.</summary>
    PostgreSQL,
}
