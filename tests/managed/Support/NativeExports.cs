using System.Reflection;
using System.Runtime.InteropServices;

namespace MmapIo.Tests;

/// <summary>The native library as the assembly under test loads it, and the ledger of what it exports.</summary>
internal static class NativeExports
{
    public static nint Library { get; } = NativeLibrary.Load(Interop.Library, typeof(MemoryMap).Assembly, null);

    /// <summary>The lines of native/exports.txt.</summary>
    public static string[] Ledger { get; } =
        Embedded("exports.txt").Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>A file of the checkout that was built into the tests.</summary>
    public static string Embedded(string name)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
