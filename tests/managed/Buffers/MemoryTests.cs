using System.Buffers;
using System.Runtime.CompilerServices;

namespace MmapIo.Tests;

/// <summary>
/// Memory over a map: how long a pin, a span and a rental keep it mapped, and what is said afterwards.
/// </summary>
public sealed class MemoryTests : IDisposable
{
    private const int Length = 9000;

    private readonly Scratch _scratch = new();
    private readonly string _path;

    public MemoryTests() => _path = _scratch.Patterned(Length);

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void Memory_is_the_map_itself()
    {
        using MemoryMap map = MemoryMap.Open(_path, MapAccess.ReadWrite);
        Memory<byte> memory = map.GetMemory(100, 5000);
        ReadOnlyMemory<byte> view = map.GetReadOnlyMemory(100, 5000);
        Assert.Equal(Pattern.Bytes(100, 5000), view.Span);
        memory.Span[7] = 1;
        memory[100..].Span[0] = 2;
        Assert.Equal((1, 1, 2), (map.Read<byte>(107), view.Span[7], view[100..].Span[0]));
        Assert.Equal((5000, 5000), (memory.Length, view.Length));
        Assert.Equal(0, map.GetMemory(Length, 0).Length);
    }

    [Fact]
    public void What_lies_outside_or_may_not_be_written_is_refused()
    {
        using MemoryMap map = MemoryMap.Open(_path);
        Refused.Naming("offset", () => map.GetReadOnlyMemory(-1, 1));
        Refused.Naming("offset", () => map.GetReadOnlyMemory(Length + 1, 0));
        Refused.Naming("length", () => map.GetReadOnlyMemory(1, Length));
        Refused.Naming("length", () => map.GetReadOnlyMemory(1, -1));
        Assert.Throws<NotSupportedException>(() => map.GetMemory(0, 1));
        Assert.Throws<NotSupportedException>(() => map.Rent(0, 1));
    }

    [Fact]
    public unsafe void A_pin_keeps_the_map_mapped_and_its_end_unmaps_it()
    {
        MemoryMap map = MemoryMap.Open(_path);
        ReadOnlyMemory<byte> memory = map.GetReadOnlyMemory(100, 500);
        MemoryHandle first = memory.Pin();
        MemoryHandle second = memory[10..].Pin();
        map.Dispose();
        Assert.Equal((Pattern.At(100), Pattern.At(110)), (*(byte*)first.Pointer, *(byte*)second.Pointer));
        Assert.Throws<ObjectDisposedException>(() => memory.Pin());
        Assert.Throws<ObjectDisposedException>(() => memory.Span.Length);
        first.Dispose();
        Assert.Equal(Pattern.At(599), ((byte*)second.Pointer)[489]);
        AssertMappings(1);
        second.Dispose();
        AssertMappings(0);
    }

    [Fact]
    public unsafe void A_pin_may_end_on_another_thread()
    {
        MemoryMap map = MemoryMap.Open(_path);
        MemoryHandle pin = map.GetReadOnlyMemory(0, 1).Pin();
        map.Dispose();
        using (Threads.Start(() => pin.Dispose()))
        {
        }
        AssertMappings(0);
    }

    [Fact]
    public void Memory_that_nobody_looked_at_keeps_nothing_mapped()
    {
        MemoryMap map = MemoryMap.Open(_path);
        ReadOnlyMemory<byte> memory = map.GetReadOnlyMemory(100, 500);
        map.Dispose();
        AssertMappings(0);
        Assert.Throws<ObjectDisposedException>(() => memory.Span.Length);
        Assert.Throws<ObjectDisposedException>(() => memory.Pin());
        Assert.Equal(500, memory.Length);
    }

    [Fact]
    public void A_span_keeps_the_map_mapped_until_its_memory_is_collected()
    {
        LookAndDispose();
        Garbage.CollectUntil(() => !Mappings.CanTell || Mappings.Count(_path) == 0);
        AssertMappings(0);
    }

    [Fact]
    public void A_rental_lasts_until_its_owner_is_disposed()
    {
        MemoryMap map = MemoryMap.Open(_path, MapAccess.ReadWrite);
        IMemoryOwner<byte> owner = map.Rent(50, 20);
        Memory<byte> memory = owner.Memory;
        map.Dispose();
        Garbage.Collect();
        AssertMappings(1);
        owner.Dispose();
        owner.Dispose();
        AssertMappings(0);
        Assert.Throws<ObjectDisposedException>(() => memory.Span.Length);
        Assert.Throws<ObjectDisposedException>(() => memory.Pin());
        Assert.Throws<ObjectDisposedException>(() => owner.Memory.Span.Length);
    }

    [Fact]
    public unsafe void A_rental_works_on_when_the_map_is_closed()
    {
        MemoryMap map = MemoryMap.Open(_path, MapAccess.ReadWrite);
        using (IMemoryOwner<byte> owner = map.Rent(50, 20))
        {
            map.Dispose();
            owner.Memory.Span[1] = 7;
            using MemoryHandle pin = owner.Memory[1..].Pin();
            Assert.Equal((7, Pattern.At(52)), (*(byte*)pin.Pointer, owner.Memory.Span[2]));
            AssertMappings(1);
        }
        AssertMappings(0);
        Assert.Equal(7, File.ReadAllBytes(_path)[51]);
    }

    [Theory]
    [InlineData(MapAccess.Read)]
    [InlineData(MapAccess.ReadWrite)]
    public async Task A_rental_for_reading_crosses_an_await_and_the_end_of_its_map(MapAccess access)
    {
        MemoryMap map = MemoryMap.Open(_path, access);
        MapRental rental = map.RentReadOnly(50, 20);
        ReadOnlyMemory<byte> memory = rental.Memory;
        map.Dispose();
        using var sink = new MemoryStream();
        await Task.Run(() => sink.WriteAsync(memory).AsTask(), TestContext.Current.CancellationToken);
        Garbage.Collect();
        Assert.Equal(Pattern.Bytes(50, 20), sink.ToArray());
        Assert.Equal(Pattern.Bytes(50, 20), memory.Span);
        AssertMappings(1);
        rental.Dispose();
        rental.Dispose();
        AssertMappings(0);
        Assert.Throws<ObjectDisposedException>(() => memory.Span.Length);
        Assert.Throws<ObjectDisposedException>(() => memory.Pin());
        Assert.Throws<ObjectDisposedException>(() => rental.Memory.Span.Length);
        Assert.Throws<ObjectDisposedException>(() => map.RentReadOnly(0, 1));
    }

    [Fact]
    public void A_rental_for_reading_is_in_the_way_until_it_ends_and_refuses_what_may_not_be_read()
    {
        using MemoryMap map = MemoryMap.Open(_path, MapAccess.ReadWrite);
        using (map.RentReadOnly(0, 10))
        {
            Assert.Throws<InvalidOperationException>(() => map.Resize(Length * 2));
            Assert.Throws<InvalidOperationException>(() => map.Protect(MapProtection.None));
        }
        Refused.Naming("offset", () => map.RentReadOnly(-1, 1));
        Refused.Naming("length", () => map.RentReadOnly(1, Length));
        map.Protect(MapProtection.Read);
        map.RentReadOnly(0, 10).Dispose();
        Assert.Throws<UnauthorizedAccessException>(() => map.Rent(0, 10));
        map.Protect(MapProtection.None);
        Assert.Throws<UnauthorizedAccessException>(() => map.RentReadOnly(0, 10));
        map.Protect(MapProtection.ReadWrite);
        map.Resize(Length * 2);
    }

    /// <summary>An empty map has no address, which is no reason to take it for one that nobody has looked at.</summary>
    [Fact]
    public void An_empty_rental_keeps_nothing_and_ends_as_others_do()
    {
        using MemoryMap map = MemoryMap.Open(_scratch.Holding([]), MapAccess.ReadWrite);
        IMemoryOwner<byte> owner = map.Rent(0, 0);
        MapRental rental = map.RentReadOnly(0, 0);
        Assert.Equal((0, 0), (owner.Memory.Span.Length, rental.Memory.Span.Length));
        map.Resize(10);
        owner.Dispose();
        rental.Dispose();
        map.Resize(20);
        Assert.Throws<ObjectDisposedException>(() => owner.Memory.Span.Length);
        Assert.Throws<ObjectDisposedException>(() => rental.Memory.Span.Length);
    }

    [Fact]
    public void Memory_without_an_owner_ends_with_its_map()
    {
        MemoryMap map = MemoryMap.Open(_path);
        ReadOnlyMemory<byte> memory = map.GetReadOnlyMemory(0, 10);
        Assert.Equal(Pattern.At(9), memory.Span[9]);
        map.Dispose();
        Assert.Throws<ObjectDisposedException>(() => memory.Span.Length);
        Assert.Throws<ObjectDisposedException>(() => memory.Pin());
    }

    [Fact]
    public unsafe void A_handle_that_is_copied_and_disposed_twice_ends_nobody_elses_hold()
    {
        MemoryMap map = MemoryMap.Open(_path);
        MemoryHandle other = map.GetReadOnlyMemory(100, 500).Pin();
        MemoryHandle handle = map.GetReadOnlyMemory(100, 500).Pin();
        MemoryHandle copy = handle;
        handle.Dispose();
        copy.Dispose();
        map.Dispose();
        AssertMappings(1);
        Assert.Equal(Pattern.At(599), ((byte*)other.Pointer)[499]);
        other.Dispose();
        AssertMappings(0);
    }

    [Fact]
    public void A_pin_outlasts_the_rental_it_comes_from()
    {
        MemoryMap map = MemoryMap.Open(_path, MapAccess.ReadWrite);
        IMemoryOwner<byte> owner = map.Rent(50, 20);
        MemoryHandle pin = owner.Memory.Pin();
        map.Dispose();
        owner.Dispose();
        AssertMappings(1);
        pin.Dispose();
        AssertMappings(0);
    }

    [Fact]
    public void Memory_in_use_stands_in_the_way_of_protecting_and_resizing()
    {
        using MemoryMap map = MemoryMap.Open(_path, MapAccess.ReadWrite);
        using (map.GetMemory(0, 100).Pin())
        {
            Assert.Throws<InvalidOperationException>(() => map.Protect(MapProtection.Read));
            Assert.Throws<InvalidOperationException>(() => map.Resize(Length * 2));
            map.Protect(MapProtection.Read, 2 * Environment.SystemPageSize, 1);
        }
        map.Protect(MapProtection.Read);
        Assert.Throws<UnauthorizedAccessException>(() => map.GetMemory(0, 1).Span.Length);
        Assert.Throws<UnauthorizedAccessException>(() => map.GetMemory(0, 1).Pin());
        map.Resize(Length * 2);
    }

    [Fact]
    public async Task Memory_goes_through_asynchronous_calls()
    {
        using MemoryMap map = MemoryMap.Open(_path);
        string copy = _scratch.At("copy");
        await using (FileStream file = File.Create(copy))
        {
            await file.WriteAsync(map.GetReadOnlyMemory(10, 8000), TestContext.Current.CancellationToken);
        }
        Assert.Equal(Pattern.Bytes(10, 8000), await File.ReadAllBytesAsync(copy, TestContext.Current.CancellationToken));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void LookAndDispose()
    {
        MemoryMap map = MemoryMap.Open(_path);
        ReadOnlyMemory<byte> memory = map.GetReadOnlyMemory(100, 500);
        ReadOnlySpan<byte> span = memory.Span;
        map.Dispose();
        Garbage.Collect();
        Assert.Equal(Pattern.Bytes(100, 500), span);
        AssertMappings(1);
        GC.KeepAlive(memory);
    }

    private void AssertMappings(int expected)
    {
        if (Mappings.CanTell)
        {
            Assert.Equal(expected, Mappings.Count(_path));
        }
    }
}
