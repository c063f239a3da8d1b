using System.Reflection;
using System.Runtime.InteropServices;

namespace MmapIo.Tests;

/// <summary>What the assembly imports, the library exports, and native/exports.txt lists.</summary>
public sealed class ExportTests
{
    private const BindingFlags Internals = BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    private static readonly string[] s_imports =
    [
        .. from method in typeof(Interop).GetMethods(Internals)
           where method.Name.StartsWith("mmapio_", StringComparison.Ordinal)
           select method.Name,
    ];

    public static TheoryData<string> Exports => [.. NativeExports.Ledger];

    [Fact]
    public void Every_import_is_in_the_ledger()
    {
        Assert.NotEmpty(s_imports);
        Assert.Empty(s_imports.Except(NativeExports.Ledger));
    }

    [Theory]
    [MemberData(nameof(Exports))]
    public void Every_function_of_the_ledger_is_exported(string name) =>
        Assert.True(NativeLibrary.TryGetExport(NativeExports.Library, name, out _));

    [Fact]
    public void The_ledger_is_sorted_and_has_nothing_twice() =>
        Assert.Equal(NativeExports.Ledger.Distinct().Order(StringComparer.Ordinal), NativeExports.Ledger);

    [Fact]
    public void The_library_has_the_ABI_that_the_assembly_was_written_for() =>
        Assert.Equal(Interop.AbiMajor, Interop.mmapio_abi_version() >> 16);

    [Fact]
    public unsafe void The_library_has_a_version() => Assert.Matches(
        @"^\d+\.\d+\.\d+$", Marshal.PtrToStringUTF8((nint)Interop.mmapio_version_string())!);
}
