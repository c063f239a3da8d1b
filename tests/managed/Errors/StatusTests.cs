using System.Runtime.InteropServices;

namespace MmapIo.Tests;

/// <summary>
/// <see cref="MapStatus"/> has the numbers and the names of the native library, all of them and no others.
/// </summary>
public sealed unsafe class StatusTests
{
    private const int LowestFamily = -1200;

    public static TheoryData<MapStatus> Statuses => [.. Enum.GetValues<MapStatus>()];

    [Theory]
    [MemberData(nameof(Statuses))]
    public void Each_status_has_the_name_that_the_library_gives_its_number(MapStatus status) => Assert.Equal(
        $"{status}".ToUpperInvariant(), NameOf((int)status).Replace("_", "", StringComparison.Ordinal));

    [Fact]
    public void Each_status_of_the_library_is_here()
    {
        IEnumerable<int> known = Enumerable.Range(LowestFamily, 1 - LowestFamily)
            .Where(number => NameOf(number) != "UNKNOWN" || number == (int)MapStatus.Unknown);
        Assert.Equal(known, Enum.GetValues<MapStatus>().Select(status => (int)status).Order());
    }

    [Theory]
    [MemberData(nameof(Statuses))]
    public void Each_status_has_words_of_its_own(MapStatus status)
    {
        string text = TextOf(status);
        Assert.NotEmpty(text);
        Assert.False(char.IsUpper(text[0]) || text.EndsWith('.'), text);
        Assert.Single(Enum.GetValues<MapStatus>(), other => TextOf(other) == text);
    }

    private static string TextOf(MapStatus status) =>
        Marshal.PtrToStringUTF8((nint)Interop.mmapio_status_text((int)status))!;

    private static string NameOf(int status)
    {
        nint export = NativeLibrary.GetExport(NativeExports.Library, "mmapio_status_name");
        var name = (delegate* unmanaged<int, byte*>)export;
        return Marshal.PtrToStringUTF8((nint)name(status))!;
    }
}
