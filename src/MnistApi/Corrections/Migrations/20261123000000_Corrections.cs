using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace MnistApi.Corrections.Migrations;

/// <summary>Makes the table. No column names its type: each database has its own.</summary>
[DbContext(typeof(CorrectionsContext))]
[Migration("20261123000000_Corrections")]
internal sealed class Corrections : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.CreateTable(
        name: "Corrections",
        columns: table => new
        {
            Id = table.Column<Guid>(),
            Time = table.Column<DateTimeOffset>(),
            Label = table.Column<byte>(),
            Predicted = table.Column<byte>(),
            Model = table.Column<string>(maxLength: Correction.MaxModelLength, nullable: true),
            Pixels = table.Column<byte[]>(),
            Picture = table.Column<byte[]>(nullable: true),
        },
        constraints: table => table.PrimaryKey("PK_Corrections", row => row.Id));

    /// <inheritdoc/>
    protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.DropTable("Corrections");
}
