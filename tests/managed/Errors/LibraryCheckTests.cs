using System.Reflection;

namespace MmapIo.Tests;

/// <summary>The handshake with the native library.</summary>
public sealed class LibraryCheckTests
{
    private const uint Major = Interop.AbiMajor;
    private const uint Minor = Interop.AbiMinor;

    [Theory]
    [InlineData(Major, Minor)]
    [InlineData(Major, Minor + 1)]
    [InlineData(Major, 0xFFFF)]
    public void The_same_major_with_this_minor_or_a_later_one_will_do(uint major, uint minor) =>
        Assert.Null(NativeLibraryCheck.Judge((major << 16) | minor));

    [Theory]
    [InlineData(Major - 1, Minor)]
    [InlineData(Major + 1, Minor)]
    [InlineData(0, 0xFFFF)]
    [InlineData(0xFFFF, 0xFFFF)]
    public void Another_major_is_named_together_with_what_was_expected(uint major, uint minor)
    {
        PlatformNotSupportedException? problem = NativeLibraryCheck.Judge((major << 16) | minor);
        Assert.NotNull(problem);
        Assert.Contains($"ABI {major}.{minor}", problem.Message, StringComparison.Ordinal);
        Assert.Contains($"ABI {Major}.{Minor}", problem.Message, StringComparison.Ordinal);
        Assert.Contains(PortableRid.Current, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_library_that_is_loaded_passes()
    {
        NativeLibraryCheck.Require();
        Assert.Null(NativeLibraryCheck.Judge(Interop.mmapio_abi_version()));
    }

    [Fact]
    public void The_RID_is_a_folder_of_the_package() => Assert.Matches(
        "^(linux|linux-musl|osx|win)-(x64|arm64)$", PortableRid.Current);

    /// <summary>MSBuild puts the name together by itself, to find the library of the system it builds for.</summary>
    [Fact]
    public void MSBuild_calls_this_system_the_same() => Assert.Equal(
        typeof(LibraryCheckTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(each => each.Key == "MmapIo.NativeRid").Value,
        PortableRid.Current);
}
