using System.Security.Cryptography;

namespace MmapIo.Build.Binaries;

/// <summary>
/// The signature without an identity that macOS wants of every arm64 library: hashes of the file's pages. The kernel
/// ends a process that touches a page whose hash is wrong, so they are worked out anew here.
/// </summary>
internal static class AdHocSignature
{
    private const uint SuperBlob = 0xFADE0CC0;
    private const uint CodeDirectory = 0xFADE0C02;
    private const uint AdHoc = 2;
    private const int Sha256Type = 2;

    /// <summary>What is wrong with the signature, or null.</summary>
    public static string? Problem(Bytes file, MachOFile image)
    {
        if (image.Signature is not { } place)
        {
            return "there is no signature";
        }

        if (file.BigU32(place.Offset) != SuperBlob)
        {
            return "the signature has no proper beginning";
        }

        for (uint index = 0; index < file.BigU32(place.Offset + 8); index++)
        {
            long blob = place.Offset + file.BigU32(place.Offset + 16 + (index * 8));
            if (file.BigU32(blob) == CodeDirectory)
            {
                return ProblemOfDirectory(file, blob, place.Offset);
            }
        }

        return "the signature has no code directory";
    }

    private static string? ProblemOfDirectory(Bytes file, long directory, long signature)
    {
        long hashes = directory + file.BigU32(directory + 16);
        uint count = file.BigU32(directory + 28);
        uint limit = file.BigU32(directory + 32);
        int hashSize = file.U8(directory + 36);
        long pageSize = 1L << file.U8(directory + 39);
        if ((file.BigU32(directory + 12) & AdHoc) == 0)
        {
            return "the signature is not an ad-hoc one";
        }

        if (file.U8(directory + 37) != Sha256Type || hashSize != SHA256.HashSizeInBytes)
        {
            return "the signature is not of SHA-256";
        }

        if (limit != signature || count != (limit + pageSize - 1) / pageSize)
        {
            return $"the signature is about {limit} bytes in {count} pages; those before it are {signature}";
        }

        for (uint page = 0; page < count; page++)
        {
            long start = page * pageSize;
            byte[] found = SHA256.HashData(file.Slice(start, Math.Min(pageSize, limit - start)));
            if (!file.Slice(hashes + (page * hashSize), hashSize).SequenceEqual(found))
            {
                return $"page {page} does not have the hash that is signed";
            }
        }

        return null;
    }
}
