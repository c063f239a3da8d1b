namespace MmapIo;

/// <summary>
/// A range of a map for reading, with an end: <see cref="Memory"/> works until this is disposed, across <c>await</c> and on
/// any thread, also when the map is closed before, and throws from then on. What
/// <see cref="MemoryMap.Rent(long, int)"/> is for writing.
/// <example>
/// <code>
/// using MapRental rental = map.RentReadOnly(0, 4096);
/// await socket.SendAsync(rental.Memory);
/// </code>
/// </example>
/// <para>A span that was taken of the memory before must not be used after <see cref="Dispose"/>: it may touch what is
/// unmapped, and end the process. A rental that is dropped instead ends when the garbage collector finds that neither it
/// nor its memory is referenced.</para>
/// </summary>
public sealed class MapRental : IDisposable
{
    private readonly MappedMemory _memory;

    internal MapRental(MappedMemory memory) => _memory = memory;

    /// <summary>The bytes, where they lie in the map. Its members throw <see cref="ObjectDisposedException"/> once the
    /// rental has ended.</summary>
    public ReadOnlyMemory<byte> Memory => _memory.Memory;

    /// <summary>Ends the rental. The last user of a closed map unmaps it. Safe to call again.</summary>
    /// <exception cref="MmapIoException">The operating system refused to unmap.</exception>
    public void Dispose() => ((IDisposable)_memory).Dispose();
}
