using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text;
using MnistTrainer.Storage;

namespace MnistTrainer.Networks;

/// <summary>
/// Loads libtorch where TorchSharp can't by itself: on Debian 12 and Ubuntu 22.04. Its native part needs one symbol of libstdc++ 13
/// (<c>std::ios_base_library_init</c>, version GLIBCXX_3.4.32) that libstdc++ 12 lacks. The symbol only makes sure that the standard
/// streams are initialised, which libtorch itself has done by then; so a copy of the library that does without it is as good.
/// </summary>
internal static partial class LibTorch
{
    private const string SpinCount = "GOMP_SPINCOUNT";
    private const string Library = "libLibTorchSharp.so";
    private const string MissingVersion = "GLIBCXX_3.4.32";
    private const string MissingSymbol = "_ZSt21ios_base_library_initv";

    /// <summary>A function that every libc has, takes no arguments and does no harm when it is called at load time.</summary>
    private const string HarmlessSymbol = "getpid";

    /// <summary>Each needs the ones before it.</summary>
    private static readonly string[] Dependencies = ["libc10.so", "libtorch_cpu.so", "libtorch.so"];

    /// <summary>Makes TorchSharp loadable, quiet, and good company on a busy machine; call it before the first use of <c>torch</c>.</summary>
    /// <exception cref="DllNotFoundException">A native library is missing from the program's folder, or doesn't load; the message is one line.</exception>
    public static void Load() => Load(AppContext.BaseDirectory);

    /// <summary><see cref="Load()"/> from a folder.</summary>
    /// <param name="folder">Holds libtorch.</param>
    /// <exception cref="DllNotFoundException">A native library is missing from the folder, or doesn't load; the message is one line.</exception>
    public static void Load(string folder)
    {
        if (!OperatingSystem.IsLinux())
            return;

        if (Dependencies.Append(Library).FirstOrDefault(name => !File.Exists(Path.Combine(folder, name))) is { } missing)
            throw new DllNotFoundException($"{missing} is missing from '{folder}'. Build the trainer again, or unpack it again.");

        KeepFreedMemory();
        WaitWithoutSpinning();
        KeepWarningsBack(folder);
        var library = Path.Combine(folder, Library);
        if (NativeLibrary.TryLoad(library, out _))
            return;

        foreach (var dependency in (IEnumerable<string>)[.. Directory.GetFiles(folder, "libgomp*"), .. Dependencies.Select(name => Path.Combine(folder, name))])
            LoadOne(dependency);
        LoadOne(RelaxedCopy(library));
    }

    private static void LoadOne(string library)
    {
        try
        {
            NativeLibrary.Load(library);
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
        {
            var lines = e.Message.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            throw new DllNotFoundException($"'{library}' can't be loaded: {string.Join(' ', lines)}", e);
        }
    }

    /// <summary>
    /// Tells glibc to keep what a batch frees for the next one. By default each large tensor is new memory from the system, and clearing its pages
    /// took a fifth of the processor time of an epoch.
    /// </summary>
    private static void KeepFreedMemory()
    {
        const int trimThreshold = -1, topPad = -2, mmapThreshold = -3; // glibc's malloc.h
        try
        {
            _ = SetAllocatorOption(mmapThreshold, 1 << 30); // above any tensor here
            _ = SetAllocatorOption(trimThreshold, int.MaxValue);
            _ = SetAllocatorOption(topPad, 64 << 20);
        }
        catch (EntryPointNotFoundException)
        {
            // another C library than glibc, with an allocator of its own
        }
    }

    /// <summary>
    /// Tells libtorch's threads to sleep soon where they wait for each other. OpenMP lets them spin, for milliseconds; on a machine that is busy otherwise the
    /// thread that is waited for has no processor then, and two threads take several times as long as one (bench/threads.sh). Whoever sets one of the
    /// variables decides. libgomp reads them once, when it is loaded, from the C library's environment, which .NET's own methods don't change.
    /// </summary>
    private static void WaitWithoutSpinning()
    {
        if (new[] { "OMP_WAIT_POLICY", SpinCount }.All(name => Environment.GetEnvironmentVariable(name) is null))
            _ = SetVariable(SpinCount, "1000", overwrite: 0); // some microseconds
    }

    /// <summary>
    /// Tells libtorch to write errors only. On some processors every thread would warn that NNPACK, one of its libraries for convolutions, doesn't know them;
    /// nobody can act on that, and all goes on without it.
    /// </summary>
    private static void KeepWarningsBack(string folder)
    {
        const int error = 2; // c10's GLOG_ERROR
        if (NativeLibrary.TryLoad(Path.Combine(folder, "libc10.so"), out var c10) && NativeLibrary.TryGetExport(c10, "FLAGS_caffe2_log_level", out var level))
            Marshal.WriteInt32(level, error);
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetVariable(string name, string value, int overwrite);

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int SetAllocatorOption(int option, int value);

    /// <summary>The relaxed copy, in the user's cache folder; written where it isn't there yet.</summary>
    [SupportedOSPlatform("linux")]
    private static string RelaxedCopy(string library)
    {
        var original = new FileInfo(library).ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? new FileInfo(library);
        var cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } xdg
            ? xdg
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
        var folder = Path.Combine(cache, "mnist-trainer", $"{original.Length}-{original.LastWriteTimeUtc.Ticks}");
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var copy = Path.Combine(folder, Library);
        if (File.Exists(copy))
            return copy;

        var bytes = File.ReadAllBytes(original.FullName);
        Relax(bytes);
        AtomicFile.Write(copy, bytes);
        return copy;
    }

    /// <summary>
    /// Edits a 64-bit little-endian ELF file so that it loads without the missing symbol: its version requirement becomes weak,
    /// the symbol loses its version, and its name becomes that of a function that is always there.
    /// </summary>
    /// <param name="elf">The whole file, edited in place.</param>
    /// <exception cref="InvalidDataException">The file has no such symbol or version.</exception>
    public static void Relax(Span<byte> elf)
    {
        var names = Section(elf, ".dynstr");
        var symbols = Section(elf, ".dynsym");
        var versions = Section(elf, ".gnu.version");
        var needed = Section(elf, ".gnu.version_r");

        var symbol = -1;
        for (var i = 0; i < symbols.Length / 24; i++) // Elf64_Sym: st_name first, 24 bytes
        {
            var name = names[BinaryPrimitives.ReadInt32LittleEndian(symbols[(24 * i)..])..];
            if (name.StartsWith(Encoding.ASCII.GetBytes(MissingSymbol + '\0')))
            {
                Encoding.ASCII.GetBytes(HarmlessSymbol + '\0', name);
                symbol = i;
            }
        }

        if (symbol < 0)
            throw new InvalidDataException($"The library doesn't need {MissingSymbol}; it fails to load for another reason.");

        BinaryPrimitives.WriteUInt16LittleEndian(versions[(2 * symbol)..], 1); // VER_NDX_GLOBAL: any version

        for (var file = needed; ;) // Elf64_Verneed: vn_cnt at 2, vn_aux at 8, vn_next at 12
        {
            var version = file[BinaryPrimitives.ReadInt32LittleEndian(file[8..])..];
            // Elf64_Vernaux: vna_flags at 4, vna_name at 8, vna_next at 12
            for (var left = BinaryPrimitives.ReadUInt16LittleEndian(file[2..]); left > 0; left--)
            {
                if (names[BinaryPrimitives.ReadInt32LittleEndian(version[8..])..].StartsWith(Encoding.ASCII.GetBytes(MissingVersion + '\0')))
                {
                    BinaryPrimitives.WriteUInt16LittleEndian(version[4..], 2); // VER_FLG_WEAK
                    return;
                }

                version = version[BinaryPrimitives.ReadInt32LittleEndian(version[12..])..];
            }

            var next = BinaryPrimitives.ReadInt32LittleEndian(file[12..]);
            if (next == 0)
                throw new InvalidDataException($"The library doesn't need {MissingVersion}; it fails to load for another reason.");
            file = file[next..];
        }
    }

    private static Span<byte> Section(Span<byte> elf, string name)
    {
        // Elf64_Ehdr: e_shoff at 40, e_shnum at 60, e_shstrndx at 62. Elf64_Shdr, 64 bytes: sh_name at 0, sh_offset at 24, sh_size at 32.
        var headers = elf[(int)BinaryPrimitives.ReadInt64LittleEndian(elf[40..])..];
        var names = Content(elf, headers[(64 * BinaryPrimitives.ReadUInt16LittleEndian(elf[62..]))..]);
        for (var i = 0; i < BinaryPrimitives.ReadUInt16LittleEndian(elf[60..]); i++)
        {
            var header = headers[(64 * i)..];
            if (names[BinaryPrimitives.ReadInt32LittleEndian(header)..].StartsWith(Encoding.ASCII.GetBytes(name + '\0')))
                return Content(elf, header);
        }

        throw new InvalidDataException($"The library has no section {name}.");

        static Span<byte> Content(Span<byte> elf, ReadOnlySpan<byte> header) =>
            elf.Slice((int)BinaryPrimitives.ReadInt64LittleEndian(header[24..]), (int)BinaryPrimitives.ReadInt64LittleEndian(header[32..]));
    }
}
