using Microsoft.Win32.SafeHandles;

namespace MmapIo.Tests;

/// <summary>
/// The mirrors of the native structs have the native sizes. The library tells its own: what it fills of a struct said
/// to be larger, and what it calls unknown in one that is.
/// </summary>
public sealed unsafe class LayoutTests
{
    private const int Room = 256;
    private const byte Untouched = 0xCC;

    [Fact]
    public void The_capabilities_have_the_native_size()
    {
        byte* room = stackalloc byte[Room];
        new Span<byte>(room, Room).Fill(Untouched);
        var caps = (NativeCaps*)room;
        caps->StructSize = Room;
        Assert.Equal(0, Interop.mmapio_caps_get(caps));
        Assert.Equal((uint)sizeof(NativeCaps), caps->StructSize);
        Assert.Equal(Interop.mmapio_page_size(), caps->PageSize);
        Assert.Equal(Interop.mmapio_allocation_granularity(), caps->AllocationGranularity);
        Assert.Equal(0u, caps->Reserved);
    }

    [Fact]
    public void The_residency_has_the_native_size()
    {
        byte* room = stackalloc byte[Room];
        var report = (NativeResidency*)room;
        report->StructSize = Room;
        NativeError error;
        nint map = MapAnonymous(3 * Environment.SystemPageSize);
        try
        {
            Assert.Equal(0, Interop.mmapio_map_residency(map, 0, Interop.mmapio_map_length(map), report, null, &error));
        }
        finally
        {
            _ = Interop.mmapio_map_close(map);
        }
        Assert.Equal((uint)sizeof(NativeResidency), report->StructSize);
        Assert.Equal((uint)Environment.SystemPageSize, report->PageSize);
        Assert.Equal(3u, report->Pages);
    }

    [Fact]
    public void The_eviction_has_the_native_size()
    {
        byte* room = stackalloc byte[Room];
        new Span<byte>(room, Room).Fill(Untouched);
        var report = (NativeEviction*)room;
        report->StructSize = Room;
        NativeError error;
        nint map = MapAnonymous(3 * Environment.SystemPageSize);
        try
        {
            Assert.Equal(0, Interop.mmapio_map_evict(map, 0, Interop.mmapio_map_length(map), report, &error));
        }
        finally
        {
            _ = Interop.mmapio_map_close(map);
        }
        Assert.Equal((uint)sizeof(NativeEviction), report->StructSize);
        Assert.Equal((uint)Environment.SystemPageSize, report->PageSize);
        Assert.Equal(3u, report->Pages);
    }

    [Fact]
    public void A_range_is_an_offset_and_a_length_of_64_bits()
    {
        var range = new MapRange(0x0102030405060708, 0x1112131415161718);
        Assert.Equal(16, sizeof(MapRange));
        Assert.Equal((range.Offset, range.Length), (((long*)&range)[0], ((long*)&range)[1]));
    }

    [Fact]
    public void The_error_has_the_native_size()
    {
        Assert.Equal(16, sizeof(NativeError));
        byte* room = stackalloc byte[Room];
        new Span<byte>(room, Room).Fill(Untouched);
        var error = (NativeError*)room;
        nint map;
        var options = new NativeMapOptions { StructSize = (uint)sizeof(NativeMapOptions), Protection = 0xFFFF };
        const int Refused = (int)MapStatus.InvalidArgument;
        Assert.Equal(Refused, Interop.mmapio_map_anonymous(&options, &map, error));
        Assert.Equal((Refused, 0, 0u, 0u), (error->Status, error->OsCode, error->OsDomain, error->OsCall));
        Assert.False(new Span<byte>(room, Room)[sizeof(NativeError)..].ContainsAnyExcept(Untouched));
    }

    [Fact]
    public void The_options_have_the_native_size()
    {
        // The byte after the last known one is unknown to the library, and refused unless it is zero.
        Assert.Equal(MapStatus.AbiMismatch, MapWithByteSet(sizeof(NativeMapOptions)));
        Assert.Equal(MapStatus.Ok, MapWithByteSet(-1));

        // The last bytes known are reserved.
        Assert.Equal(MapStatus.InvalidArgument, MapWithByteSet(sizeof(NativeMapOptions) - 1));
    }

    [Fact]
    public void A_shorter_struct_of_options_gets_the_defaults()
    {
        using Scratch scratch = new();
        using SafeFileHandle file = Files.Open(scratch.Patterned(100));
        var options = new NativeMapOptions { StructSize = sizeof(uint), Protection = 0xFFFF, Length = 7 };
        NativeError error;
        nint map;
        Assert.Equal(0, Interop.mmapio_map_file(file.DangerousGetHandle(), &options, &map, &error));
        Assert.Equal(100u, Interop.mmapio_map_length(map));
        Assert.Equal(Pattern.At(99), Interop.mmapio_map_data(map)[99]);
        Assert.Equal(0, Interop.mmapio_map_close(map));
    }

    private static nint MapAnonymous(int length)
    {
        var options = new NativeMapOptions
        {
            StructSize = (uint)sizeof(NativeMapOptions),
            Protection = 3,
            Flags = 2,
            Length = (ulong)length,
        };
        nint map;
        NativeError error;
        Assert.Equal(0, Interop.mmapio_map_anonymous(&options, &map, &error));
        return map;
    }

    private static MapStatus MapWithByteSet(int index)
    {
        byte* room = stackalloc byte[Room];
        new Span<byte>(room, Room).Clear();
        var options = (NativeMapOptions*)room;
        *options = new NativeMapOptions { StructSize = Room, Protection = 1, Flags = 2, Length = 1 };
        if (index >= 0)
        {
            room[index] = 0xFF;
        }
        nint map;
        NativeError error;
        int status = Interop.mmapio_map_anonymous(options, &map, &error);
        Assert.Equal(0, Interop.mmapio_map_close(map));
        return (MapStatus)status;
    }
}
