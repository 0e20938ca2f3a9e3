//! Packets as they are sent: a header, the payload, filled up with zeros, and a checksum.

const MAGIC: [u8; 2] = *b"pk";
const VERSION: u8 = 3;
const ALIGNMENT: usize = 8;

fn checksum(bytes: &[u8]) -> u32 {
    let mut sum: u32 = 1;
    for &byte in bytes {
        sum = sum.wrapping_mul(31).wrapping_add(u32::from(byte));
    }
    sum
}

pub fn encode(payload: &[u8]) -> Vec<u8> {
    let mut packet = Vec::new();
    packet.extend_from_slice(&MAGIC);
    packet.push(VERSION);
    packet.extend_from_slice(&(payload.len() as u32).to_be_bytes());
    packet.extend_from_slice(payload);
    while packet.len() % ALIGNMENT != 0 {
        packet.push(0);
    }
    let sum = checksum(&packet);
    packet.extend_from_slice(&sum.to_be_bytes());
    packet
}

/// The payload of a packet, or None if the packet is damaged.
pub fn decode(packet: &[u8]) -> Option<&[u8]> {
    let body = packet.get(..packet.len().checked_sub(4)?)?;
    let mut sum = [0; 4];
    sum.copy_from_slice(&packet[body.len()..]);
    if u32::from_be_bytes(sum) != checksum(body) || !body.starts_with(&MAGIC) {
        return None;
    }
    let mut length = [0; 4];
    length.copy_from_slice(body.get(3..7)?);
    body.get(7..7 + u32::from_be_bytes(length) as usize)
}
