package shop.orders;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.logging.Logger;

public class OrderService {
	private static final Logger LOG = Logger.getLogger("orders");
	private static final int MAX_ITEMS = 50;

	private final Map<Long, Order> orders = new ConcurrentHashMap<>();
	private final MailSender mail;
	private final StockService stock;

	public OrderService(MailSender mail, StockService stock) {
		this.mail = mail;
		this.stock = stock;
	}

	public Order place(Customer customer, List<Item> items) {
		if (items.isEmpty() || items.size() > MAX_ITEMS) {
			throw new IllegalArgumentException("bad number of items: " + items.size());
		}
		for (Item item : items) {
			if (!stock.reserve(item)) {
				throw new OutOfStockException(item);
			}
		}
		Order order = new Order(customer, items);
		orders.put(order.getId(), order);
		LOG.info("placed order " + order.getId());
		mail.send(customer.getEmail(), "Thank you", "We received your order.");
		return order;
	}

	public void cancel(long id) {
		Order order = orders.get(id);
		if (order == null) {
			throw new UnknownOrderException(id);
		}
		order.setStatus(Status.CANCELLED);
		for (Item item : order.getItems()) {
			stock.release(item);
		}
		LOG.info("cancelled order " + id);
		mail.send(order.getCustomer().getEmail(), "Cancelled", "Your order was cancelled.");
	}

	public void ship(long id) {
		Order order = orders.get(id);
		if (order == null) {
			throw new UnknownOrderException(id);
		}
		order.setStatus(Status.SHIPPED);
		LOG.info("shipped order " + id);
		mail.send(order.getCustomer().getEmail(), "Shipped", "Your order is on its way.");
	}

	public void close(long id) {
		Order order = orders.get(id);
		if (order == null) {
			throw new UnknownOrderException(id);
		}
		order.setStatus(Status.CLOSED);
		LOG.info("closed order " + id);
	}

	public Optional<Order> find(long id) {
		return Optional.ofNullable(orders.get(id));
	}

	public long countOpen() {
		return orders.values().stream()
			.filter(order -> order.getStatus() == Status.OPEN)
			.count();
	}
}
