using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace MnistApi.Corrections;

/// <summary>The database of corrections: one table.</summary>
internal sealed class CorrectionsContext(CorrectionsOptions options) : DbContext
{
    /// <summary>The table.</summary>
    public DbSet<Correction> Corrections => Set<Correction>();

    /// <inheritdoc/>
    protected override void OnConfiguring(DbContextOptionsBuilder optionsBuilder) => _ = options.Provider switch
    {
        CorrectionsProvider.PostgreSQL => optionsBuilder.UseNpgsql(options.Connection),
        _ => optionsBuilder.UseSqlite(new SqliteConnectionStringBuilder { DataSource = Path.GetFullPath(options.Connection) }.ConnectionString),
    };
}
