using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;

namespace MnistApi.Corrections.Migrations;

/// <summary>What the migrations lead to. EF refuses to migrate where <see cref="Correction"/> says anything else: then a migration is missing.</summary>
[DbContext(typeof(CorrectionsContext))]
internal sealed class Snapshot : ModelSnapshot
{
    /// <inheritdoc/>
    protected override void BuildModel(ModelBuilder modelBuilder) => modelBuilder.Entity("MnistApi.Corrections.Correction", table =>
    {
        table.ToTable("Corrections");
        table.Property<Guid>("Id").ValueGeneratedOnAdd();
        table.Property<DateTimeOffset>("Time");
        table.Property<byte>("Label");
        table.Property<byte>("Predicted");
        table.Property<string>("Model").HasMaxLength(64);
        table.Property<byte[]>("Pixels").IsRequired();
        table.Property<byte[]>("Picture");
        table.HasKey("Id");
    });
}
