using System.Diagnostics;
using System.IO.Compression;
using System.Reflection.PortableExecutable;
using System.Security.Cryptography;
using System.Xml.Linq;
using Xunit;

namespace MnistReader.Tests;

/// <summary>The NuGet package as somebody else gets it: packed, restored into a new project elsewhere, and run.</summary>
public sealed class PackageTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mnist-package-");

    private readonly string _version = $"0.0.0-test.{DateTime.UtcNow.Ticks}";

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_program_that_takes_the_package_reads_a_digit_with_what_its_readme_says()
    {
        await Run(Root, "pack", "src/MnistReader", "--no-build", "-c", Configuration, $"-p:Version={_version}", "-o", _folder.FullName);
        AssertHoldsOneLibraryForEveryPlatform();
        WriteProgram();
        WriteExamples();

        var output = await Run(_folder.FullName, "run", "-c", "Release");

        Assert.Matches(@"^3, \d{2,3}\.\d %\n3\n$", output.ReplaceLineEndings("\n"));
    }

    [Fact]
    public void The_networks_inside_are_those_that_the_service_ships()
    {
        var inside = typeof(DigitReader).Assembly;

        Assert.Equal(["ink.onnx", "mnist.onnx", "number.onnx"], inside.GetManifestResourceNames().Order());
        Assert.All(inside.GetManifestResourceNames(), name =>
        {
            using var resource = inside.GetManifestResourceStream(name)!;
            Assert.Equal(SHA256.HashData(File.ReadAllBytes(Path.Combine(Root, "models", name))), SHA256.HashData(resource));
        });
    }

    private static string Root { get; } = Find(new DirectoryInfo(AppContext.BaseDirectory));

    private static string Configuration => new DirectoryInfo(AppContext.BaseDirectory).Name;

    private static string Find(DirectoryInfo folder) =>
        File.Exists(Path.Combine(folder.FullName, "MnistService.sln")) ? folder.FullName : Find(folder.Parent!);

    private void AssertHoldsOneLibraryForEveryPlatform()
    {
        using var package = ZipFile.OpenRead(Path.Combine(_folder.FullName, $"MnistReader.{_version}.nupkg"));
        using var library = new MemoryStream();
        using (var entry = package.GetEntry("lib/net10.0/MnistReader.dll")!.Open())
            entry.CopyTo(library);
        library.Position = 0;
        using var reader = new PEReader(library);

        Assert.Equal((Machine.I386, CorFlags.ILOnly), (reader.PEHeaders.CoffHeader.Machine, reader.PEHeaders.CorHeader!.Flags)); // of any processor
        Assert.All(["README.md", "icon.png", "lib/net10.0/MnistReader.xml"], name => Assert.NotNull(package.GetEntry(name)));
    }

    /// <summary>The readme's program, on a drawing; what it depends on is taken from where the build has it.</summary>
    private void WriteProgram()
    {
        var drawing = Path.Combine(Root, "bench", "three.png");
        var program = File.ReadAllText(Path.Combine(Root, "src/MnistReader/Package/README.md")).Split("```csharp\n")[1].Split("```")[0];
        Write("Program.cs", program.Replace("seven.png", drawing, StringComparison.Ordinal).Replace("amount.jpg", drawing, StringComparison.Ordinal));
        Write("nuget.config", $"""
            <configuration><packageSources><clear /><add key="here" value="{_folder.FullName}" /></packageSources></configuration>
            """);
        Write("use.csproj", $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <InvariantGlobalization>true</InvariantGlobalization>
                <UseCurrentRuntimeIdentifier>true</UseCurrentRuntimeIdentifier>
                <SelfContained>false</SelfContained>
                <NuGetAudit>false</NuGetAudit>
                <RestorePackagesPath>{Path.Combine(_folder.FullName, "packages")}</RestorePackagesPath>
                <RestoreFallbackFolders>{PackagesOfTheBuild()}</RestoreFallbackFolders>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="MnistReader" Version="{_version}" />
              </ItemGroup>
            </Project>
            """);

        void Write(string name, string text) => File.WriteAllText(Path.Combine(_folder.FullName, name), text);
    }

    /// <summary>The example of each public type as a method, so that the program is built only if they are right.</summary>
    private void WriteExamples()
    {
        var docs = XDocument.Load(Path.Combine(AppContext.BaseDirectory, "MnistReader.xml")).Descendants("member")
            .ToDictionary(member => member.Attribute("name")!.Value, member => member.Descendants("example").FirstOrDefault()?.Value);
        var examples = typeof(DigitReader).Assembly.GetExportedTypes().Select(type => (type.Name, Code: docs[$"T:{type.FullName}"])).ToList();
        Assert.DoesNotContain(examples, example => example.Code is null);

        File.WriteAllText(Path.Combine(_folder.FullName, "Examples.cs"), $$"""
            using MnistReader; using MnistReader.Framing; using MnistReader.Imaging; using MnistReader.Inference; using MnistReader.Numbers;

            static class Examples
            {
                {{string.Concat(examples.Select(example => $$"""static void Of{{example.Name}}() { {{example.Code}} }{{"\n"}}"""))}}
            }
            """);
    }

    private static string PackagesOfTheBuild() => Environment.GetEnvironmentVariable("NUGET_PACKAGES")
        ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    private static async Task<string> Run(string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments) { WorkingDirectory = folder, RedirectStandardOutput = true };
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToList())
            start.Environment.Remove(name); // of the test run's own SDK
        using var dotnet = Process.Start(start)!;
        var output = await dotnet.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await dotnet.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(dotnet.ExitCode == 0, output);
        return output;
    }
}
