namespace MmapIo;

public sealed unsafe partial class MappedArray<T>
{
    /// <summary>Goes from value to value.</summary>
    public struct Enumerator
    {
        private readonly MappedArray<T> _array;
        private long _next;

        internal Enumerator(MappedArray<T> array) => _array = array;

        /// <summary>The value.</summary>
        public T Current { get; private set; }

        /// <summary>Goes to the next value.</summary>
        /// <returns>False if there is none.</returns>
        /// <exception cref="UnauthorizedAccessException">The value is protected against reading.</exception>
        /// <exception cref="MmapIoException">The file does not back the value: it ends before.</exception>
        /// <exception cref="ObjectDisposedException">The array is closed.</exception>
        public bool MoveNext()
        {
            _array.ThrowIfClosed();
            if (_next >= _array._count || !_array._map.TryReadInside(_array._start + (_next * sizeof(T)), out T value))
            {
                return false;
            }
            (Current, _next) = (value, _next + 1);
            return true;
        }
    }
}
